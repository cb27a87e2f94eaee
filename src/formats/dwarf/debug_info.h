// SPDX-License-Identifier: Apache-2.0
// The units of one .debug_info and what their entries point at: strings, addresses, other entries.
// Borrows the sections. open() looks at the headers only; the abbreviation tables are compiled, and
// the root entries read, table by table, by as many threads as one likes; after that it is
// immutable.
//
//   DebugInfo info = DebugInfo::open(sections, limits, diagnostics);
//   for (std::size_t i = 0; i < info.table_count(); ++i) info.load_table(i);
//   for (const Unit& unit : info.units()) ...
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/dwarf/package_index.h"
#include "formats/dwarf/unit.h"

namespace sigla::dwarf {

class DebugInfo;

// Where an entry lies.
struct DieReference {
  const DebugInfo* info = nullptr;
  std::uint64_t offset = 0;
};

class DebugInfo {
 public:
  // A unit that is no good is reported, and left out; the others count.
  static DebugInfo open(const Sections& sections, const Limits& limits, Diagnostics& diagnostics);

  // dwz's supplementary file; it must outlive this. Before any thread reads.
  void set_supplementary(const DebugInfo* info) { supplementary_ = info; }

  std::size_t table_count() const { return tables_.size(); }
  // Different tables may be loaded side by side. A unit whose root entry cannot be read is
  // reported and has no `abbrevs`.
  void load_table(std::size_t index, Diagnostics& diagnostics);

  const Sections& sections() const { return sections_; }
  const Limits& limits() const { return limits_; }
  std::span<const Unit> units() const { return units_; }
  // The unit an entry lies in; none: nullptr.
  const Unit* unit_at(std::uint64_t offset) const;

  // A string of any form. One without an end within Limits::symbol_name_size_max is none.
  std::optional<std::string_view> string(const Unit& unit, DieValue value) const;
  // Of an entry of `unit`.
  std::optional<DieReference> reference(const Unit& unit, DieValue value) const;

 private:
  struct Table {  // of abbreviations, and the units that use it: units_of_tables_[first,
                  // first+count)
    std::uint64_t offset;
    Encoding encoding;
    std::size_t first_unit;
    std::size_t unit_count;
    std::unique_ptr<AbbrevTable> abbrevs;
  };

  DebugInfo(const Sections& sections, const Limits& limits)
      : sections_(sections), limits_(limits) {}
  void read_headers(Diagnostics& diagnostics);
  void place_in_package(Unit& unit) const;
  void group_by_table();
  bool read_root(Unit& unit) const;
  std::optional<std::string_view> string_at(Bytes section, std::uint64_t offset) const;
  std::optional<std::string_view> indexed_string(const Unit& unit, std::uint64_t index) const;

  Sections sections_;
  Limits limits_;
  PackageIndex package_;
  const DebugInfo* supplementary_ = nullptr;
  std::vector<Unit> units_;  // ascending by offset
  std::vector<Table> tables_;
  std::vector<std::uint32_t> units_of_tables_;
};

// The entry's attributes; false when they are damaged.
bool read_die(const DieReference& die, const Unit& unit, DieValues& values);

}  // namespace sigla::dwarf
