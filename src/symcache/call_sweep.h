// SPDX-License-Identifier: Apache-2.0
// Which inlined call of a function is the innermost one, from each address on. The calls form an
// explicit tree: a range counts only where it lies inside the outer call's, and where two calls of
// one outer call overlap, the later one counts.
//
// One sweep over the borders of all ranges, in O(n log n) plus, at each border, the part of the
// path of open calls that changes there. Keeps its memory from one function to the next.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "symcache/function_tree.h"

namespace sigla::symcache {

// A set of small numbers that finds the last one in a range quickly, whatever it holds.
class NumberSet {
 public:
  void reset(std::size_t size);  // numbers below `size`, none in the set
  void insert(std::uint32_t number);
  void erase(std::uint32_t number);
  // The largest number in [low, high); `high` when there is none.
  std::uint32_t last_in(std::uint32_t low, std::uint32_t high) const;

 private:
  // Level 0 has a bit for each number, level k + 1 one for each word of level k that is not 0.
  std::vector<std::vector<std::uint64_t>> levels_;
  std::size_t level_count_ = 0;
};

class CallSweep {
 public:
  struct Change {
    std::uint64_t address;  // from here on ...
    std::uint32_t call;     // ... this call is the innermost; FunctionTree::kFunctionItself
  };

  explicit CallSweep(std::uint32_t depth_max) : depth_max_(depth_max) {}

  // Ascending, one change at each address. Valid until the next call.
  std::span<const Change> run(const FunctionTree& tree);
  // How many calls of the last function were left out: nested too deeply, or in no earlier call.
  std::size_t dropped_count() const { return dropped_count_; }

 private:
  struct Border {
    std::uint64_t address;
    std::uint32_t call;
    bool is_end;
  };
  void place_calls(const FunctionTree& tree);
  void collect_borders(const FunctionTree& tree);
  bool is_open(std::uint32_t node) const;
  void cross(const FunctionTree& tree, const Border& border, std::size_t& depth_changed);
  void descend();

  std::uint32_t depth_max_;
  std::size_t dropped_count_ = 0;
  std::vector<std::uint32_t> depths_;       // 1: in the function itself; 0: left out
  std::vector<std::uint32_t> active_;       // how many ranges of the call cover the address
  std::vector<std::uint32_t> slots_;        // calls of one outer call have ascending slots
  std::vector<std::uint32_t> calls_;        // by slot
  std::vector<std::uint32_t> first_slots_;  // by node: 0 the function, call + 1; and one more
  std::vector<Border> borders_;
  NumberSet open_slots_;
  std::vector<std::uint32_t> path_;  // the open calls that count, outermost first
  std::vector<Change> changes_;
};

}  // namespace sigla::symcache
