// SPDX-License-Identifier: Apache-2.0
// Which function each address of a compile unit belongs to. Functions may overlap (folded code, a
// damaged file): the later one has the address, as llvm-symbolizer answers. One thread at a time;
// its vectors are used again by the next unit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "symcache/function_tree.h"

namespace sigla {

struct CodePiece {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint32_t function = 0;
};

class CodePieces {
 public:
  void clear() { pieces_.clear(); }
  void add(std::uint64_t low, std::uint64_t high, std::uint32_t function) {
    if (low < high) pieces_.push_back({low, high, function});
  }
  // Makes them ascending and disjoint, in O(n log n).
  void resolve();

  std::span<const CodePiece> pieces() const { return pieces_; }
  // Appends the parts of [low, high) that no piece covers. Requires: resolved, and calls with
  // ascending, disjoint ranges after restart().
  void restart() { next_ = 0; }
  void append_gaps(std::uint64_t low, std::uint64_t high, std::vector<CodeRange>& out);

 private:
  void cut_overlaps();

  std::vector<CodePiece> pieces_;
  std::vector<CodePiece> cut_;
  std::vector<std::uint64_t> borders_;
  std::vector<CodePiece> open_;  // a heap, the latest function on top
  std::size_t next_ = 0;
};

}  // namespace sigla
