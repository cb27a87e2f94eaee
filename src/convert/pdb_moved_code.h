// SPDX-License-Identifier: Apache-2.0
// Functions of an image whose code was moved after linking (OMAP): from the addresses that the PDB
// speaks of to where the code lies now. A function may fall apart into many pieces.
#pragma once

#include <cstddef>
#include <vector>

#include "base/limits.h"
#include "formats/pdb/address_map.h"
#include "symcache/function_tree.h"

namespace sigla {

class PdbMovedCode {
 public:
  // Requires: map.is_moved(). Past Limits::function_piece_count_max pieces the rest is left out.
  PdbMovedCode(const pdb::AddressMap& map, const Limits& limits)
      : map_(map), piece_count_max_(limits.function_piece_count_max) {}

  // Returns how many pieces it came to.
  std::size_t move(FunctionTree& tree);

 private:
  void move_ranges(std::vector<CodeRange>& ranges);
  std::size_t move_lines(FunctionTree& tree);
  std::size_t move_calls(FunctionTree& tree);

  struct Line {
    CodeLine line;
    std::uint64_t high = 0;
  };
  const pdb::AddressMap& map_;
  std::size_t piece_count_max_;
  std::vector<CodeRange> ranges_;
  std::vector<Line> lines_;
};

}  // namespace sigla
