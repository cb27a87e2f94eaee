// SPDX-License-Identifier: Apache-2.0
// The copy of /proc/PID/maps that Breakpad's Linux writer puts into a dump (proc(5)).
#pragma once

#include <string>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct LinuxMapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  std::string path;  // "/usr/lib/libc.so.6", "[stack]", or empty
};

Result<std::vector<LinuxMapping>> read_linux_maps(const Image& image);
// A line that is no mapping is skipped.
std::vector<LinuxMapping> parse_linux_maps(std::string_view text);

}  // namespace sigla::minidump
