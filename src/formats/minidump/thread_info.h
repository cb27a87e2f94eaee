// SPDX-License-Identifier: Apache-2.0
// Times and states of threads (ThreadInfoListStream, minidumpapiset.h MINIDUMP_THREAD_INFO).
#pragma once

#include <map>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct ThreadInfo {
  std::uint32_t dump_flags = 0;     // MINIDUMP_THREAD_INFO_*: ended, wrote the dump, ...
  std::uint32_t exit_status = 0;    // 0x103 while it runs
  std::uint64_t create_time = 0;    // FILETIME: 100 ns since 1601
  std::uint64_t exit_time = 0;      // likewise
  std::uint64_t kernel_time = 0;    // in units of 100 ns
  std::uint64_t user_time = 0;      // likewise
  std::uint64_t start_address = 0;  // of its function
};

// By thread id; of two with one id the first counts.
Result<std::map<std::uint32_t, ThreadInfo>> read_thread_info(const Image& image);

}  // namespace sigla::minidump
