// SPDX-License-Identifier: Apache-2.0
// The miscellaneous information stream (MINIDUMP_MISC_INFO to _5): process id, times, build string.
#pragma once

#include <optional>
#include <string>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct MiscInfo {
  std::optional<std::uint32_t> process_id;
  std::optional<std::uint32_t> process_create_time;  // seconds since 1970
  std::string build_string;                          // of the system; version 4 and later
};

Result<MiscInfo> read_misc_info(const Image& image);

}  // namespace sigla::minidump
