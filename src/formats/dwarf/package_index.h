// SPDX-License-Identifier: Apache-2.0
// .debug_cu_index of a .dwp (DWARF 5 section 7.3.5; GNU's version 2 of it has the same layout and
// other section numbers): which part of each section belongs to which unit. Borrowed bytes.
//
//   version 4 (2 and padding in version 5), section_count 4, unit_count 4, slot_count 4
//   signatures  8 x slot_count       hash table; 0 in a free slot
//   rows        4 x slot_count       1-based
//   section ids 4 x section_count
//   offsets     4 x section_count x unit_count
//   sizes       4 x section_count x unit_count
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/limits.h"

namespace sigla::dwarf {

// Where a unit's parts begin.
struct PackageRow {
  std::uint64_t info = 0;
  std::uint64_t abbrev = 0;
  std::uint64_t str_offsets = 0;
  std::uint64_t rnglists = 0;
};

class PackageIndex {
 public:
  PackageIndex() = default;
  // kMalformed when its tables do not lie inside `data`. Empty data: an empty index.
  static Result<PackageIndex> open(Bytes data, std::endian order);

  bool empty() const { return rows_.empty(); }
  // The row of the unit that begins at this offset of .debug_info.
  const PackageRow* find(std::uint64_t info_offset) const;

 private:
  std::vector<PackageRow> rows_;  // ascending by info
};

}  // namespace sigla::dwarf
