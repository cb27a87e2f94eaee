// SPDX-License-Identifier: Apache-2.0
// The sections DWARF (versions 2 to 5) lies in, whatever file holds them: ELF, Mach-O, PE,
// WebAssembly, a .dwo, a .dwp or dwz's supplementary file. Unpacked and relocated already. Borrowed
// bytes; a section that is not there is empty.
#pragma once

#include <bit>

#include "base/bytes.h"

namespace sigla::dwarf {

struct Sections {
  std::endian order = std::endian::little;
  Bytes info;         // .debug_info (.debug_info.dwo in a split file, and so on)
  Bytes types;        // .debug_types, DWARF 4
  Bytes abbrev;       // .debug_abbrev
  Bytes str;          // .debug_str
  Bytes line_str;     // .debug_line_str, DWARF 5
  Bytes str_offsets;  // .debug_str_offsets
  Bytes addr;         // .debug_addr
  Bytes line;         // .debug_line
  Bytes ranges;       // .debug_ranges, up to DWARF 4
  Bytes rnglists;     // .debug_rnglists, DWARF 5
  Bytes cu_index;     // .debug_cu_index of a .dwp
  Bytes tu_index;     // .debug_tu_index of a .dwp
};

}  // namespace sigla::dwarf
