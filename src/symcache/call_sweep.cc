// SPDX-License-Identifier: Apache-2.0
#include "symcache/call_sweep.h"

#include <algorithm>
#include <bit>

namespace sigla::symcache {
namespace {

constexpr std::uint32_t kItself = FunctionTree::kFunctionItself;

}  // namespace

void NumberSet::reset(std::size_t size) {
  level_count_ = 0;
  do {
    size = (size + 63) / 64;
    if (level_count_ == levels_.size()) levels_.emplace_back();
    levels_[level_count_++].assign(size, 0);
  } while (size > 1);
}

void NumberSet::insert(std::uint32_t number) {
  for (std::size_t level = 0; level < level_count_; ++level) {
    std::uint64_t& word = levels_[level][number / 64];
    const bool was_empty = word == 0;
    word |= std::uint64_t{1} << (number % 64);
    if (!was_empty) return;
    number /= 64;
  }
}

void NumberSet::erase(std::uint32_t number) {
  for (std::size_t level = 0; level < level_count_; ++level) {
    std::uint64_t& word = levels_[level][number / 64];
    word &= ~(std::uint64_t{1} << (number % 64));
    if (word != 0) return;
    number /= 64;
  }
}

std::uint32_t NumberSet::last_in(std::uint32_t low, std::uint32_t high) const {
  if (low >= high) return high;
  // Up until a word has a bit at or before the place, then down again to the last one.
  std::uint32_t at = high - 1;
  for (std::size_t level = 0; level < level_count_; ++level) {
    const std::uint64_t below = levels_[level][at / 64] & (~std::uint64_t{0} >> (63 - at % 64));
    if (below != 0) {
      at = at / 64 * 64 + 63 - static_cast<std::uint32_t>(std::countl_zero(below));
      for (; level > 0; --level) {
        const std::uint64_t word = levels_[level - 1][at];
        at = at * 64 + 63 - static_cast<std::uint32_t>(std::countl_zero(word));
      }
      return at >= low ? at : high;
    }
    if (at / 64 == 0) return high;
    at = at / 64 - 1;
  }
  return high;
}

void CallSweep::place_calls(const FunctionTree& tree) {
  const std::size_t count = tree.calls.size();
  depths_.assign(count, 0);
  first_slots_.assign(count + 2, 0);
  dropped_count_ = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t parent = tree.calls[i].parent;
    const bool has_place = parent == kItself || (parent < i && depths_[parent] != 0);
    const std::uint32_t depth = !has_place ? 0 : parent == kItself ? 1 : depths_[parent] + 1;
    if (depth == 0 || depth > depth_max_) {
      ++dropped_count_;
      continue;
    }
    depths_[i] = depth;
    ++first_slots_[std::size_t{parent + 1} + 1];  // kItself + 1 is 0
  }
  for (std::size_t node = 1; node < first_slots_.size(); ++node) {
    first_slots_[node] += first_slots_[node - 1];
  }
  slots_.resize(count);
  calls_.resize(count);
  active_.assign(first_slots_.begin(), first_slots_.end() - 1);  // as the next free slot, for now
  for (std::uint32_t i = 0; i < count; ++i) {
    if (depths_[i] == 0) continue;
    slots_[i] = active_[tree.calls[i].parent + 1]++;
    calls_[slots_[i]] = i;
  }
  active_.assign(count, 0);
  open_slots_.reset(count);
}

void CallSweep::collect_borders(const FunctionTree& tree) {
  borders_.clear();
  for (std::uint32_t i = 0; i < tree.calls.size(); ++i) {
    const InlinedCall& call = tree.calls[i];
    if (depths_[i] == 0 || call.first_range > tree.call_ranges.size()) continue;
    const auto ranges = std::span(tree.call_ranges).subspan(call.first_range);
    for (const CodeRange& range :
         ranges.first(std::min<std::size_t>(call.range_count, ranges.size()))) {
      if (range.low >= range.high) continue;
      borders_.push_back({range.low, i, false});
      borders_.push_back({range.high, i, true});
    }
  }
  std::ranges::sort(borders_, {}, &Border::address);
}

bool CallSweep::is_open(std::uint32_t node) const {
  if (node == kItself) return true;
  return depths_[node] <= path_.size() && path_[depths_[node] - 1] == node;
}

void CallSweep::cross(const FunctionTree& tree, const Border& border, std::size_t& depth_changed) {
  const std::uint32_t call = border.call;
  if (border.is_end) {
    if (--active_[call] != 0) return;
    open_slots_.erase(slots_[call]);
  } else {
    if (active_[call]++ != 0) return;
    open_slots_.insert(slots_[call]);
  }
  if (is_open(tree.calls[call].parent)) {
    depth_changed = std::min<std::size_t>(depth_changed, depths_[call]);
  }
}

void CallSweep::descend() {
  for (;;) {
    const std::size_t node = path_.empty() ? 0 : path_.back() + std::size_t{1};
    const std::uint32_t end = first_slots_[node + 1];
    const std::uint32_t slot = open_slots_.last_in(first_slots_[node], end);
    if (slot == end) return;
    path_.push_back(calls_[slot]);
  }
}

std::span<const CallSweep::Change> CallSweep::run(const FunctionTree& tree) {
  changes_.clear();
  if (tree.calls.empty()) {
    dropped_count_ = 0;
    return changes_;
  }
  place_calls(tree);
  collect_borders(tree);
  path_.clear();
  std::uint32_t innermost = kItself;
  for (std::size_t i = 0; i < borders_.size();) {
    const std::uint64_t address = borders_[i].address;
    std::size_t depth_changed = SIZE_MAX;
    for (; i < borders_.size() && borders_[i].address == address; ++i) {
      cross(tree, borders_[i], depth_changed);
    }
    if (depth_changed == SIZE_MAX) continue;
    path_.resize(depth_changed - 1);
    descend();
    const std::uint32_t now = path_.empty() ? kItself : path_.back();
    if (now != innermost) changes_.push_back({address, now});
    innermost = now;
  }
  return changes_;
}

}  // namespace sigla::symcache
