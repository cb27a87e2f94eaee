// SPDX-License-Identifier: Apache-2.0
#include "symcache/symcache_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "symcache/layout.h"

namespace sigla {

SymcacheRun::SymcacheRun(std::uint64_t order, const Limits& limits)
    : sweep_(limits.inline_depth_max) {
  content_.order = order;
}

std::uint32_t SymcacheRun::info(std::uint64_t address,
                                std::uint32_t parameter_size,
                                std::uint32_t flags) {
  if (parameter_size > symcache::kParameterSizeMax) {
    content_.diagnostics.report("parameter size out of range", fmt::format("{:#x}", address));
    parameter_size = 0;
  }
  return flags | parameter_size << symcache::kParameterShift;
}

// Ascending, without empty ones, each address in one of them.
void SymcacheRun::order_ranges(const FunctionTree& tree) {
  ranges_.clear();
  for (const CodeRange& range : tree.ranges) {
    if (range.low < range.high) ranges_.push_back(range);
  }
  if (ranges_.size() < 2) return;
  std::ranges::sort(ranges_, {}, &CodeRange::low);
  std::size_t kept = 0;
  for (const CodeRange& range : ranges_) {
    if (kept > 0 && range.low < ranges_[kept - 1].high) {
      ranges_[kept - 1].high = std::max(ranges_[kept - 1].high, range.high);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
}

void SymcacheRun::add(const FunctionTree& tree, std::uint32_t flags, bool keep_line_records) {
  order_ranges(tree);
  if (ranges_.empty()) return;
  const std::uint64_t address = ranges_.front().low;
  const auto changes = sweep_.run(tree);
  if (sweep_.dropped_count() != 0) {
    content_.diagnostics.report("inlined calls nested too deeply", fmt::format("{:#x}", address));
  }
  content_.functions.add_function(tree.name, info(address, tree.parameter_size, flags), tree.calls);
  use_name(tree.name);
  for (const InlinedCall& call : tree.calls) {
    use_name(call.name);
    use_file(call.call_file);
  }
  rows_.begin(tree, changes, keep_line_records);
  for (const CodeRange& range : ranges_) {
    const auto rows = rows_.piece(range);
    for (const symcache::Row& row : rows) use_file(row.file - 1);  // 0 - 1 is kNoFile
    content_.functions.add_piece(range, rows);
  }
}

void SymcacheRun::add_symbol(std::uint64_t address, std::uint64_t size, std::string_view text) {
  add_symbol({address, size, name(text), symcache::kFunctionPublic, true});
}

void SymcacheRun::add_symbol(const symcache::RunContent::Symbol& symbol) {
  use_name(symbol.name);
  content_.symbols.push_back(symbol);
}

void SymcacheRun::add_shadowed(const symcache::RunContent::Symbol& function) {
  use_name(function.name);
  content_.shadowed.push_back(function);
}

}  // namespace sigla
