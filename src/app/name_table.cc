// SPDX-License-Identifier: Apache-2.0
#include "app/name_table.h"

#include <bit>
#include <utility>

namespace sigla::app {

// Where `begin` is, or where it would go.
std::size_t NameTable::slot_of(const char* begin) const {
  constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;  // spreads neighbours (Knuth 6.4)
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = std::bit_cast<std::uint64_t>(begin) * kGoldenRatio;
  std::size_t at = (hash >> 32) & mask;
  while (slots_[at].is_used && slots_[at].begin != begin) at = (at + 1) & mask;
  return at;
}

void NameTable::grow() {
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 1'024 : slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.is_used) slots_[slot_of(slot.begin)] = slot;
  }
}

std::uint32_t NameTable::add(std::string_view name) {
  if (names_.size() * 2 >= slots_.size()) grow();
  Slot& slot = slots_[slot_of(name.data())];
  if (!slot.is_used) {
    slot = {name.data(), static_cast<std::uint32_t>(names_.size()), true};
    names_.push_back({name, name});
  }
  return slot.index;
}

}  // namespace sigla::app
