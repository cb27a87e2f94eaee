// SPDX-License-Identifier: Apache-2.0
// A dump's system and processor in words, as Breakpad words them.
#pragma once

#include <cstdint>
#include <string>

#include "formats/minidump/system_info.h"

namespace sigla {

struct SystemText {
  std::string os;          // "Windows NT", "Linux", "Mac OS X", "iOS", "Android", ...
  std::string os_version;  // "10.0.19042 ", "0.0.0 Linux 6.1.0-13-amd64 ..."
  std::string cpu;         // "x86", "amd64", "arm", "arm64", ...
  std::string cpu_info;    // "GenuineIntel family 6 model 26 stepping 5"
  std::uint32_t cpu_count = 0;
};

SystemText describe_system(const minidump::SystemInfo& info);

}  // namespace sigla
