// SPDX-License-Identifier: Apache-2.0
// The units of one .debug_info and what their entries point at: strings, addresses, other entries.
// Borrows the sections.
//
//   const DebugInfo info = DebugInfo::open(sections, limits, diagnostics);
//   for (const Unit& unit : info.units()) ...
//
// While the section is still being unpacked one thread can read the units that are there, and any
// number of threads use them:
//
//   DebugInfo info(sections, limits, diagnostics);
//   while (info.read_units(ready, is_whole, 64, diagnostics) != 0) ...
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/dwarf/package_index.h"
#include "formats/dwarf/unit_list.h"

namespace sigla::dwarf {

class DebugInfo;

// Where an entry lies.
struct DieReference {
  const DebugInfo* info = nullptr;
  std::uint64_t offset = 0;
};

class DebugInfo {
 public:
  // All units. One that is no good is reported, and left out; the others count.
  static DebugInfo open(const Sections& sections, const Limits& limits, Diagnostics& diagnostics);
  // None yet: read_units() brings them.
  DebugInfo(const Sections& sections, const Limits& limits, Diagnostics& diagnostics);

  // Reads up to `count_max` more units that end in the first `ready` bytes of .debug_info, and says
  // how many there were. A unit whose root entry cannot be read is reported and has no `abbrevs`.
  // is_whole: nothing comes behind the `ready` bytes. One thread at a time.
  std::size_t read_units(std::uint64_t ready,
                         bool is_whole,
                         std::size_t count_max,
                         Diagnostics& diagnostics);
  // No more units will be read, whatever is missing.
  void end_units() { horizon_->publish(kAll, horizon_->unit_count()); }

  // dwz's supplementary file; it must outlive this. Before any thread reads.
  void set_supplementary(const DebugInfo* info) { supplementary_ = info; }

  const Sections& sections() const { return sections_; }
  const Limits& limits() const { return limits_; }
  // Those that are there, ascending by offset. More may come, but none moves.
  UnitList::View units() const { return units_.view(horizon_->unit_count()); }
  // The unit an entry lies in; none: nullptr. Waits until the units have been read up to there.
  const Unit* unit_at(std::uint64_t offset) const;

  // A string of any form. One without an end within Limits::symbol_name_size_max is none.
  std::optional<std::string_view> string(const Unit& unit, DieValue value) const;
  // Of an entry of `unit`.
  std::optional<DieReference> reference(const Unit& unit, DieValue value) const;

 private:
  static constexpr std::uint64_t kAll = UINT64_MAX;

  // How far the units have been read, for those who wait.
  class Horizon {
   public:
    void publish(std::uint64_t end, std::size_t unit_count);
    void wait_for(std::uint64_t offset) const;
    bool is_all() const { return end_.load(std::memory_order_acquire) == kAll; }
    std::size_t unit_count() const { return unit_count_.load(std::memory_order_acquire); }

   private:
    std::atomic<std::uint64_t> end_ = 0;
    std::atomic<std::size_t> unit_count_ = 0;
  };
  // All that a compiled table depends on: where it lies, sizes of addresses and of offsets, and
  // whether it is for version 2.
  using TableKey = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t, bool>;

  void place_in_package(Unit& unit) const;
  const AbbrevTable* table_of(const Unit& unit, Diagnostics& diagnostics);
  void load(Unit& unit, Diagnostics& diagnostics);
  bool read_root(Unit& unit) const;
  std::optional<std::string_view> string_at(Bytes section, std::uint64_t offset) const;
  std::optional<std::string_view> indexed_string(const Unit& unit, std::uint64_t index) const;

  Sections sections_;
  Limits limits_;
  PackageIndex package_;
  const DebugInfo* supplementary_ = nullptr;
  UnitList units_;
  std::uint64_t position_ = 0;  // of the next header
  std::map<TableKey, std::unique_ptr<const AbbrevTable>> tables_;
  std::uint64_t table_size_left_;
  std::unique_ptr<Horizon> horizon_;
};

// The entry's attributes; false when they are damaged.
bool read_die(const DieReference& die, const Unit& unit, DieValues& values);

}  // namespace sigla::dwarf
