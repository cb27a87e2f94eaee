// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/range_map.h"

#include "base/checked.h"

namespace sigla {

bool RangeMap::add_cutting_starts(std::uint64_t base, std::uint64_t size, std::uint32_t value) {
  const auto last = size == 0 ? std::nullopt : checked_add(base, size - 1);
  if (!last) return false;
  auto other = by_last_.lower_bound(base);
  for (; other != by_last_.end() && other->first < *last; other = by_last_.lower_bound(base)) {
    base = other->first + 1;
  }
  if (other != by_last_.end() && other->second.base <= *last) {
    if (other->first == *last) return false;
    other->second.base = *last + 1;
  }
  by_last_.emplace(*last, Entry{base, value});
  return true;
}

bool RangeMap::add(std::uint64_t base, std::uint64_t size, std::uint32_t value) {
  if (overlap_ == Overlap::kCutStart) return add_cutting_starts(base, size, value);
  while (size != 0) {
    const auto last = checked_add(base, size - 1);
    if (!last) return false;
    // The lowest range that ends at or above our base is the only one to look at: when there are
    // more, cutting one of the two brings us back here.
    const auto other = by_last_.lower_bound(base);
    if (other == by_last_.end() || other->second.base > *last) {
      by_last_.emplace(*last, Entry{base, value});
      return true;
    }
    const Entry entry = other->second;
    if (overlap_ == Overlap::kReject || entry.base == base) return false;
    if (base < entry.base) {
      size = entry.base - base;
    } else {
      by_last_.erase(other);
      by_last_.emplace(base - 1, entry);
    }
  }
  return false;
}

std::optional<std::uint32_t> RangeMap::find(std::uint64_t address) const {
  const auto found = by_last_.lower_bound(address);
  if (found == by_last_.end() || address < found->second.base) return std::nullopt;
  return found->second.value;
}

std::vector<RangeMap::Range> RangeMap::ranges() const {
  std::vector<Range> result;
  result.reserve(by_last_.size());
  for (const auto& [last, entry] : by_last_) result.push_back({entry.base, last, entry.value});
  return result;
}

}  // namespace sigla
