// SPDX-License-Identifier: Apache-2.0
// Two rules for ranges that overlap, as Breakpad's symbol files have always been read: what comes
// first stays. Ranges hold at least one address; `high` is the last one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace sigla::symcache {

// The last address of [address, address + size); nothing when it is empty or its end is no address
// any more.
inline std::optional<std::uint64_t> last_address(std::uint64_t address, std::uint64_t size) {
  if (size == 0 || address > UINT64_MAX - size) return std::nullopt;
  return address + (size - 1);
}

// Ranges that exclude each other: one that touches an earlier one is refused.
class ExclusiveRanges {
 public:
  bool add(std::uint64_t low, std::uint64_t high);
  void clear();

 private:
  struct Range {
    std::uint64_t low;
    std::uint64_t high;
  };
  bool touches_ordered(std::uint64_t low, std::uint64_t high) const;
  bool touches_late(std::uint64_t low, std::uint64_t high) const;

  std::vector<Range> ordered_;                   // came in ascending order, as nearly all do
  std::map<std::uint64_t, std::uint64_t> late_;  // the others, low by high
};

// Ranges that nest: one that lies inside another, or around others, is taken; one that crosses
// another's border is refused. Equal ranges are refused unless allowed, and then the later one is
// the inner one. Nesting deeper than depth_max is refused.
class NestedRanges {
 public:
  struct Change {
    std::uint64_t address;  // from here on ...
    std::uint32_t node;     // ... this range is the innermost one; kNone: no range
  };
  static constexpr std::uint32_t kNone = 0xffffffff;

  NestedRanges(bool allow_equal, std::uint32_t depth_max)
      : allow_equal_(allow_equal), depth_max_(depth_max) {}

  bool add(std::uint64_t low, std::uint64_t high, std::uint32_t entry);
  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  void clear();

  std::uint32_t entry(std::uint32_t node) const { return nodes_[node].entry; }
  std::uint32_t parent(std::uint32_t node) const { return nodes_[node].parent; }
  std::uint64_t low(std::uint32_t node) const { return nodes_[node].low; }
  std::uint64_t high(std::uint32_t node) const { return nodes_[node].high; }
  // Where the innermost range changes, in ascending order; of several at one address the last one
  // holds. A range appears after its parent. Sets parent().
  void flatten(std::vector<Change>& changes);

 private:
  using Children = std::map<std::uint64_t, std::uint32_t>;  // node by its last address
  struct Node {
    std::uint64_t low;
    std::uint64_t high;
    std::uint32_t entry;
    std::uint32_t parent = kNone;
    Children children;
  };

  bool allow_equal_;
  std::uint32_t depth_max_;
  std::vector<Node> nodes_;
  Children roots_;
};

}  // namespace sigla::symcache
