// SPDX-License-Identifier: Apache-2.0
// Where the code of a unit's entries lies: addresses in all their forms, and range lists
// (.debug_rnglists: DWARF 5 section 7.25; .debug_ranges: DWARF 4 section 7.24). Borrows the
// sections and units. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/dwarf/debug_info.h"

namespace sigla::dwarf {

struct AddressRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;  // one past the last address

  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// Tells code from what a linker removed. It leaves the functions' entries behind, and as their
// address 0, 1, or one of the two highest numbers (GNU ld, gold; lld since 11).
class CodeFilter {
 public:
  // `code`: where code can lie, ascending; empty: not known. `zero_is_real`: in a relocatable file.
  CodeFilter(std::vector<AddressRange> code, bool zero_is_real)
      : code_(std::move(code)), zero_is_real_(zero_is_real) {}

  bool holds(std::uint64_t address, std::uint8_t address_size) const;

 private:
  std::vector<AddressRange> code_;
  bool zero_is_real_;
};

// Where a unit, or its skeleton, keeps what the addresses of its entries need.
struct AddressTables {
  const DebugInfo* info = nullptr;  // the entries' own file
  const Unit* unit = nullptr;
  const DebugInfo* skeleton_info = nullptr;  // the same again where nothing was split off
  const Unit* skeleton = nullptr;
};

class Addresses {
 public:
  Addresses(const AddressTables& tables, const CodeFilter& filter);

  std::optional<std::uint64_t> address(DieValue value) const;
  // Appends where code can be of what DW_AT_low_pc and DW_AT_high_pc, or else DW_AT_ranges, say.
  void append(DieValue low_pc, DieValue high_pc, DieValue ranges, std::vector<AddressRange>& out);
  // Of the unit as a whole.
  void append_unit(std::vector<AddressRange>& out);
  // More ranges were asked for than a unit of this size can have.
  bool is_exhausted() const { return budget_ == 0; }

 private:
  void add(std::uint64_t low, std::uint64_t high, std::vector<AddressRange>& out);
  void read_ranges(Bytes section, std::uint64_t offset, std::vector<AddressRange>& out);
  void read_rnglist(std::uint64_t offset, std::vector<AddressRange>& out);
  std::optional<std::uint64_t> rnglist_offset(std::uint64_t index) const;
  std::uint64_t indexed(std::uint64_t index, bool& is_known) const;

  AddressTables tables_;
  const CodeFilter& filter_;
  std::uint64_t mask_;  // of an address
  std::uint64_t base_ = 0;
  // A range list may be named by many entries, and be long: nothing in the format keeps a small
  // file from asking for billions of ranges. Real units have fewer ranges than bytes.
  std::uint64_t budget_;
};

}  // namespace sigla::dwarf
