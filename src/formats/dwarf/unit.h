// SPDX-License-Identifier: Apache-2.0
// One unit of .debug_info (DWARF 5 section 7.5.1): its header, and what its root entry says about
// the sections that its other entries point into.
//
//                  version 2 to 4              version 5
//   unit_length    4, or 12 in 64-bit DWARF    4, or 12
//   version        2                           2
//                                              unit_type 1, address_size 1
//   abbrev_offset  4, or 8                     4, or 8
//   address_size   1                           dwo_id 8 (skeleton and split units)
//                                              type signature 8, type offset 4 or 8 (type units)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/dwarf/die.h"
#include "formats/dwarf/sections.h"

namespace sigla::dwarf {

struct Unit {
  std::uint64_t offset = 0;     // of the header in .debug_info
  std::uint64_t first_die = 0;  // of the root entry
  std::uint64_t end = 0;
  Encoding encoding;
  UnitType type = DW_UT_compile;
  std::uint64_t abbrev_offset = 0;
  const AbbrevTable* abbrevs = nullptr;

  // Of the root entry.
  std::uint16_t tag = 0;
  DieValue name;
  DieValue comp_dir;
  DieValue ranges;
  DieValue low_pc;
  DieValue high_pc;
  std::optional<std::uint64_t> stmt_list;
  std::optional<std::uint64_t> dwo_id;
  bool has_dwo_name = false;  // of a skeleton; and of what clang split off
  std::uint64_t str_offsets_base = 0;
  std::uint64_t addr_base = 0;
  std::uint64_t rnglists_base = 0;
  std::uint64_t gnu_ranges_base = 0;
  // Where the contribution begins that a .dwp has for the unit (its index's, 0 elsewhere).
  std::uint64_t rnglists_start = 0;

  std::uint64_t size() const { return end - offset; }
  // Length of a contribution's header in .debug_str_offsets and .debug_addr, where there is one.
  std::uint64_t table_header_size() const { return encoding.offset_size == 8 ? 16 : 8; }
};

// The header at `reader`'s position, which is moved to the next unit; nothing of the root entry.
// kMalformed when the unit does not end inside; when only this unit is no good (its version, its
// address size), kUnsupported, and the reader can go on.
Result<Unit> read_unit_header(ByteReader& reader);

}  // namespace sigla::dwarf
