// SPDX-License-Identifier: Apache-2.0
#include "symcache/function_rows.h"

#include <algorithm>

namespace sigla::symcache {

void FunctionRows::begin(std::uint64_t low, std::uint64_t high) {
  low_ = low;
  high_ = high;
  lines_.clear();
  lines_ordered_ = true;
  calls_.clear();
  if (!nested_.empty()) nested_.clear();
}

void FunctionRows::add_line(const LineRecord& line) {
  if (!lines_.empty() && line.low <= lines_.back().high) lines_ordered_ = false;
  lines_.push_back(line);
}

std::uint32_t FunctionRows::add_call(const CallRecord& call) {
  calls_.push_back({call, 0, 0});
  return static_cast<std::uint32_t>(calls_.size() - 1);
}

bool FunctionRows::add_call_range(std::uint32_t call, std::uint64_t low, std::uint64_t high) {
  return nested_.add(low, high, call);
}

// Of lines that overlap the first one stays, whole; the others go, whole.
void FunctionRows::keep_first_lines() {
  if (lines_ordered_) return;
  ExclusiveRanges taken;
  std::erase_if(lines_, [&](const LineRecord& line) { return !taken.add(line.low, line.high); });
  std::ranges::sort(lines_, {}, &LineRecord::low);
}

void FunctionRows::resolve_scopes(std::uint32_t root_scope) {
  nested_.flatten(changes_);
  node_scopes_.assign(nested_.size(), 0);
  for (const NestedRanges::Change& change : changes_) {
    if (change.node == NestedRanges::kNone || node_scopes_[change.node] != 0) continue;
    const std::uint32_t outer = nested_.parent(change.node);
    const std::uint32_t outer_scope =
        outer == NestedRanges::kNone ? root_scope : node_scopes_[outer];
    node_scopes_[change.node] = call_scope(calls_[nested_.entry(change.node)], outer_scope);
  }
}

// A call with several ranges is one scope, as long as they lie in the same one.
std::uint32_t FunctionRows::call_scope(Call& call, std::uint32_t parent_scope) {
  if (call.scope != 0 && call.parent_scope == parent_scope) return call.scope;
  call.parent_scope = parent_scope;
  call.scope = static_cast<std::uint32_t>(scopes_.size());
  append_varint(scopes_, call.scope - parent_scope);
  append_varint(scopes_, call.record.origin);
  append_varint(scopes_, call.record.file);
  append_varint(scopes_, call.record.line);
  if (has_columns_) append_varint(scopes_, call.record.column);
  return call.scope;
}

std::uint32_t FunctionRows::add_root_scope(std::uint32_t function) {
  const auto scope = static_cast<std::uint32_t>(scopes_.size());
  append_varint(scopes_, 0);
  append_varint(scopes_, function);
  return scope;
}

void FunctionRows::end(std::uint32_t root_scope) {
  keep_first_lines();
  changes_.clear();
  if (!nested_.empty()) resolve_scopes(root_scope);
  rows_.clear();
  std::uint32_t scope = root_scope;
  std::size_t next_change = 0;
  std::size_t next_line = 0;
  for (std::uint64_t at = low_;;) {
    for (; next_change < changes_.size() && changes_[next_change].address <= at; ++next_change) {
      const std::uint32_t node = changes_[next_change].node;
      scope = node == NestedRanges::kNone ? root_scope : node_scopes_[node];
    }
    while (next_line < lines_.size() && lines_[next_line].high < at) ++next_line;
    std::uint64_t last = high_;  // of this row
    if (next_change < changes_.size()) last = std::min(last, changes_[next_change].address - 1);
    Row row;
    row.address = at;
    row.scope = scope;
    if (next_line < lines_.size()) {
      const LineRecord& line = lines_[next_line];
      if (line.low <= at) {
        row.file = line.file;
        row.line = line.line;
        row.column = line.column;
        row.line_address = line.low;
        last = std::min(last, line.high);
      } else {
        last = std::min(last, line.low - 1);
      }
    }
    rows_.push_back(row);
    if (last == high_) return;
    at = last + 1;
  }
}

}  // namespace sigla::symcache
