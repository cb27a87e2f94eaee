// SPDX-License-Identifier: Apache-2.0
// The links from one ELF file to another.
//
//   .gnu_debuglink     name, NUL, zeros up to a multiple of 4, CRC-32 of the debug file
//   .gnu_debugaltlink  name, NUL, build id of the file dwz moved shared DWARF to
//   .debug_sup         the same as DWARF 5 has it (section 7.3.6): version 5, is_supplementary,
//                      name, NUL, checksum size, checksum; in the other file is_supplementary is 1
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/elf/image.h"

namespace sigla::elf {

struct DebugLink {
  std::string name;
  std::uint32_t crc = 0;  // of the whole debug file, the CRC-32 of zlib and gzip
};
struct DebugAltLink {
  std::string name;
  Buffer build_id;
};

struct DebugSup {
  bool is_supplementary = false;
  std::string name;
  Buffer checksum;
};

// Nothing when the section is not there or damaged. A compressed section is unpacked.
std::optional<DebugLink> debug_link(const Image& image, const Limits& limits);
std::optional<DebugAltLink> debug_alt_link(const Image& image, const Limits& limits);
std::optional<DebugSup> debug_sup(const Image& image, const Limits& limits);

}  // namespace sigla::elf
