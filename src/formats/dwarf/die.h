// SPDX-License-Identifier: Apache-2.0
// The values of one debugging information entry ("DIE", DWARF 5 section 7.5.2), as they are stored:
// what an offset or an index leads to is the unit's business (unit.h).
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "formats/dwarf/abbrev.h"

namespace sigla::dwarf {

struct DieValue {
  std::uint64_t raw = 0;   // see read_form()
  std::uint16_t form = 0;  // never DW_FORM_indirect or DW_FORM_implicit_const
};

class DieValues {
 public:
  static constexpr std::size_t kFailed = SIZE_MAX;

  bool has(Slot slot) const { return (present_ >> slot & 1U) != 0; }
  // Of a slot that is not there: form 0, which is no form.
  DieValue operator[](Slot slot) const { return has(slot) ? values_[slot] : DieValue(); }
  // The number, or 0.
  std::uint64_t number(Slot slot) const { return has(slot) ? values_[slot].raw : 0; }

  // Reads the entry whose attributes begin at `position` of `info`. Returns where they end, or
  // kFailed when they do not end inside.
  std::size_t read(Bytes info,
                   std::endian order,
                   std::size_t position,
                   const AbbrevTable& table,
                   const Abbrev& abbrev,
                   Encoding encoding);

 private:
  void set(Slot slot, std::uint16_t form, std::uint64_t raw) {
    values_[slot] = {raw, form};
    present_ |= 1U << slot;
  }

  std::array<DieValue, kSlotCount> values_;
  std::uint32_t present_ = 0;
};

}  // namespace sigla::dwarf
