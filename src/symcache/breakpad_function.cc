// SPDX-License-Identifier: Apache-2.0
#include "symcache/breakpad_function.h"

#include <algorithm>

namespace sigla::symcache {

void BreakpadFunction::begin(std::uint64_t low, std::uint64_t high) {
  tree_.clear();
  tree_.ranges.push_back({low, high + 1});
  lines_.clear();
  lines_ordered_ = true;
  records_.clear();
  if (!nested_.empty()) nested_.clear();
}

void BreakpadFunction::add_line(const CodeLine& line, std::uint64_t high) {
  if (!lines_.empty() && line.address <= lines_.back().high) lines_ordered_ = false;
  lines_.push_back({line, high});
}

std::uint32_t BreakpadFunction::add_call(const InlinedCall& call) {
  records_.push_back({call, 0, kNoCall});
  return static_cast<std::uint32_t>(records_.size() - 1);
}

bool BreakpadFunction::add_call_range(std::uint32_t call, std::uint64_t low, std::uint64_t high) {
  return nested_.add(low, high, call);
}

// Of lines that overlap the first one stays, whole; the others go, whole.
void BreakpadFunction::keep_first_lines() {
  if (lines_ordered_) return;
  ExclusiveRanges taken;
  std::erase_if(lines_, [&](const LineRecord& record) {
    return !taken.add(record.line.address, record.high);
  });
  std::ranges::sort(lines_, {}, [](const LineRecord& record) { return record.line.address; });
}

void BreakpadFunction::fill_lines() {
  keep_first_lines();
  for (const LineRecord& record : lines_) {
    if (!tree_.lines.empty() && tree_.lines.back().address == record.line.address) {
      tree_.lines.pop_back();  // the end of the one before
    }
    tree_.lines.push_back(record.line);
    tree_.lines.push_back({record.high + 1, FunctionTree::kNoFile, 0, 0});
  }
}

std::uint32_t BreakpadFunction::call_of(Record& record, std::uint32_t parent) {
  if (record.last_call != kNoCall && record.last_parent == parent) return record.last_call;
  record.last_parent = parent;
  record.last_call = static_cast<std::uint32_t>(tree_.calls.size());
  tree_.calls.push_back(record.call);
  tree_.calls.back().parent = parent;
  return record.last_call;
}

void BreakpadFunction::fill_calls() {
  nested_.flatten(changes_);
  range_calls_.assign(nested_.size(), kNoCall);
  for (const NestedRanges::Change& change : changes_) {
    if (change.node == NestedRanges::kNone || range_calls_[change.node] != kNoCall) continue;
    const std::uint32_t outer = nested_.parent(change.node);
    const std::uint32_t parent =
        outer == NestedRanges::kNone ? FunctionTree::kFunctionItself : range_calls_[outer];
    const std::uint32_t call = call_of(records_[nested_.entry(change.node)], parent);
    range_calls_[change.node] = call;
    ++tree_.calls[call].range_count;
  }
  std::uint32_t first = 0;
  for (InlinedCall& call : tree_.calls) {
    call.first_range = first;
    first += call.range_count;
    call.range_count = 0;
  }
  tree_.call_ranges.resize(first);
  for (std::uint32_t node = 0; node < range_calls_.size(); ++node) {
    InlinedCall& call = tree_.calls[range_calls_[node]];
    tree_.call_ranges[call.first_range + call.range_count] = {nested_.low(node),
                                                              nested_.high(node) + 1};
    ++call.range_count;
  }
}

FunctionTree& BreakpadFunction::end() {
  fill_lines();
  if (!nested_.empty()) fill_calls();
  return tree_;
}

}  // namespace sigla::symcache
