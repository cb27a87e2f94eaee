// SPDX-License-Identifier: Apache-2.0
// Names of functions: an entry's linkage name, or else its name; of its own, or of the entry that
// it is a copy (DW_AT_abstract_origin) or the definition (DW_AT_specification) of, in other units
// and in dwz's supplementary file too. Borrows the sections. One thread at a time; each unit
// numbers its names anew.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/dwarf/debug_info.h"

namespace sigla::dwarf {

class Names {
 public:
  static constexpr std::uint32_t kNone = 0;  // the number of ""

  Names() { begin_unit(); }
  void begin_unit();

  // The number of the name of an entry of `unit` that has these values.
  std::uint32_t of(const DebugInfo& info, const Unit& unit, const DieValues& values);
  // Of the entry an attribute of `unit` refers to.
  std::uint32_t of_reference(const DebugInfo& info, const Unit& unit, DieValue reference);

  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  struct Known {
    const DebugInfo* info;
    std::uint64_t offset;
    std::uint32_t generation;
    std::uint32_t number;
  };
  Known& slot_of(const DieReference& die);
  void grow();

  std::vector<std::string_view> texts_;
  std::vector<Known> known_;  // hash table, a power of two
  std::size_t known_count_ = 0;
  std::uint32_t generation_ = 0;
  DieValues values_;
};

}  // namespace sigla::dwarf
