// SPDX-License-Identifier: Apache-2.0
#include "symcache/range_sets.h"

#include <algorithm>
#include <utility>

namespace sigla::symcache {

bool ExclusiveRanges::add(std::uint64_t low, std::uint64_t high) {
  if (touches_late(low, high)) return false;
  if (ordered_.empty() || low > ordered_.back().high) {
    ordered_.push_back({low, high});
    return true;
  }
  if (touches_ordered(low, high)) return false;
  late_.emplace(high, low);
  return true;
}

void ExclusiveRanges::clear() {
  ordered_.clear();
  late_.clear();
}

bool ExclusiveRanges::touches_ordered(std::uint64_t low, std::uint64_t high) const {
  const auto first = std::ranges::lower_bound(ordered_, low, {}, &Range::high);
  return first != ordered_.end() && first->low <= high;
}

bool ExclusiveRanges::touches_late(std::uint64_t low, std::uint64_t high) const {
  if (late_.empty()) return false;
  const auto first = late_.lower_bound(low);
  return first != late_.end() && first->second <= high;
}

bool NestedRanges::add(std::uint64_t low, std::uint64_t high, std::uint32_t entry) {
  Children* children = &roots_;
  for (std::uint32_t depth = 0; depth < depth_max_; ++depth) {
    auto first = children->lower_bound(low);
    if (first != children->end() && low >= nodes_[first->second].low) {
      Node& outer = nodes_[first->second];
      if (high <= outer.high) {
        if (!allow_equal_ && outer.low == low && outer.high == high) return false;
        children = &outer.children;
        continue;
      }
      if (low > outer.low) return false;  // crosses its end; at the same start it is the outer one
    }
    auto last = children->lower_bound(high);
    const bool touches_last = last != children->end() && high >= nodes_[last->second].low;
    if (touches_last && high < last->first) return false;
    if (touches_last) ++last;
    Children inner;
    while (first != last) inner.insert(inner.end(), children->extract(first++));
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    children->emplace(high, node);
    nodes_.push_back({low, high, entry, kNone, std::move(inner)});
    return true;
  }
  return false;
}

void NestedRanges::clear() {
  nodes_.clear();
  roots_.clear();
}

void NestedRanges::flatten(std::vector<Change>& changes) {
  struct Level {
    std::uint32_t node;
    Children::const_iterator next;
    Children::const_iterator end;
  };
  changes.clear();
  std::vector<Level> levels;
  levels.push_back({kNone, roots_.begin(), roots_.end()});
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.next != level.end) {
      const std::uint32_t child = level.next->second;
      ++level.next;
      Node& node = nodes_[child];
      node.parent = level.node;
      changes.push_back({node.low, child});
      levels.push_back({child, node.children.begin(), node.children.end()});
      continue;
    }
    const std::uint32_t done = level.node;
    levels.pop_back();
    if (done == kNone || nodes_[done].high == UINT64_MAX) continue;
    changes.push_back({nodes_[done].high + 1, levels.back().node});
  }
}

}  // namespace sigla::symcache
