// SPDX-License-Identifier: Apache-2.0
// Functions of an image whose code was moved after linking (OMAP): from the addresses that the PDB
// speaks of to where the code lies now. A function may fall apart into many pieces.
#pragma once

#include <cstddef>
#include <vector>

#include "formats/pdb/address_map.h"
#include "symcache/function_tree.h"

namespace sigla {

class PdbMovedCode {
 public:
  // Requires: map.is_moved().
  explicit PdbMovedCode(const pdb::AddressMap& map) : map_(map) {}

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
  std::vector<CodeRange> ranges_;
  std::vector<Line> lines_;
};

}  // namespace sigla
