// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_moved_code.h"

#include <algorithm>

namespace sigla {
namespace {

pdb::RvaRange rva_range(std::uint64_t low, std::uint64_t high) {
  return {static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high)};
}

}  // namespace

void PdbMovedCode::move_ranges(std::vector<CodeRange>& ranges) {
  ranges_.clear();
  for (const CodeRange& range : ranges) {
    map_.move(rva_range(range.low, range.high), [&](std::uint32_t, pdb::RvaRange now) {
      if (!ranges_.empty() && ranges_.back().high == now.low) {
        ranges_.back().high = now.high;
      } else {
        ranges_.push_back({now.low, now.high});
      }
    });
  }
  ranges.swap(ranges_);
}

std::size_t PdbMovedCode::move_lines(FunctionTree& tree) {
  lines_.clear();
  for (std::size_t i = 0; i + 1 < tree.lines.size(); ++i) {
    const CodeLine& line = tree.lines[i];
    map_.move(rva_range(line.address, tree.lines[i + 1].address),
              [&](std::uint32_t, pdb::RvaRange now) {
                lines_.push_back({line, now.high});
                lines_.back().line.address = now.low;
              });
  }
  std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
    return a.line.address < b.line.address;
  });
  tree.lines.clear();
  std::uint64_t end = 0;
  for (const Line& line : lines_) {
    if (!tree.lines.empty() && end < line.line.address) {
      tree.lines.push_back({end, FunctionTree::kNoFile, 0, 0});
    }
    end = line.high;
    tree.lines.push_back(line.line);
  }
  if (!tree.lines.empty()) tree.lines.push_back({end, FunctionTree::kNoFile, 0, 0});
  return lines_.size();
}

std::size_t PdbMovedCode::move_calls(FunctionTree& tree) {
  ranges_.clear();
  for (InlinedCall& call : tree.calls) {
    const std::size_t first = ranges_.size();
    for (std::uint32_t i = 0; i < call.range_count; ++i) {
      const CodeRange& range = tree.call_ranges[call.first_range + i];
      if (ranges_.size() >= piece_count_max_) break;
      map_.move(rva_range(range.low, range.high), [&](std::uint32_t, pdb::RvaRange now) {
        if (ranges_.size() < piece_count_max_) ranges_.push_back({now.low, now.high});
      });
    }
    call.first_range = static_cast<std::uint32_t>(first);
    call.range_count = static_cast<std::uint32_t>(ranges_.size() - first);
  }
  tree.call_ranges.swap(ranges_);
  return tree.call_ranges.size();
}

std::size_t PdbMovedCode::move(FunctionTree& tree) {
  move_ranges(tree.ranges);
  const std::size_t line_count = move_lines(tree);
  return line_count + move_calls(tree) + tree.ranges.size();
}

}  // namespace sigla
