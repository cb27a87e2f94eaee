// SPDX-License-Identifier: Apache-2.0
// What stands at an address of a FunctionTree, found by looking at everything: slow, obviously
// right, and what the symcache is compared with. Tests and fuzz targets only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "symcache/function_tree.h"

namespace sigla {

inline bool contains(const CodeRange& range, std::uint64_t address) {
  return range.low <= address && address < range.high;
}

inline bool contains(std::span<const CodeRange> ranges, std::uint64_t address) {
  return std::ranges::any_of(ranges, [&](const CodeRange& r) { return contains(r, address); });
}

// The calls that are open, outermost first, after kFunctionItself.
inline std::vector<std::uint32_t> naive_path(const FunctionTree& tree, std::uint64_t address) {
  std::vector<std::uint32_t> path = {FunctionTree::kFunctionItself};
  for (bool found = true; found;) {
    found = false;
    for (auto i = static_cast<std::uint32_t>(tree.calls.size()); i-- > 0 && !found;) {
      const InlinedCall& call = tree.calls[i];
      const auto ranges = std::span(tree.call_ranges).subspan(call.first_range, call.range_count);
      found = call.parent == path.back() && contains(ranges, address);
      if (found) path.push_back(i);
    }
  }
  return path;
}

inline CodeLine naive_line(const FunctionTree& tree, std::uint64_t address) {
  CodeLine found;
  for (const CodeLine& line : tree.lines) {
    if (line.address > address) break;
    found = line;
  }
  return found;
}

}  // namespace sigla
