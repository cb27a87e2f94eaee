// SPDX-License-Identifier: Apache-2.0
#include "symcache/function_rows.h"

#include <algorithm>

namespace sigla::symcache {

void FunctionRows::begin(const FunctionTree& tree,
                         std::span<const CallSweep::Change> changes,
                         bool keep_line_records) {
  tree_ = &tree;
  changes_ = changes;
  keep_line_records_ = keep_line_records;
  next_change_ = next_line_ = 0;
  current_ = {};
}

void FunctionRows::take_line(const CodeLine& line) {
  const std::uint32_t file = line.file + 1;  // kNoFile + 1 is 0
  const bool repeats =
      file == current_.file &&
      (file == 0 || (line.line == current_.line && line.column == current_.column));
  if (repeats && !(keep_line_records_ && file != 0)) return;
  current_.file = file;
  current_.line = file == 0 ? 0 : line.line;
  current_.column = file == 0 ? 0 : line.column;
  current_.line_address = line.address;
}

void FunctionRows::pass(std::uint64_t address) {
  const auto& lines = tree_->lines;
  for (; next_change_ < changes_.size() && changes_[next_change_].address <= address;
       ++next_change_) {
    current_.scope = changes_[next_change_].call + 1;  // kFunctionItself + 1 is 0
  }
  for (; next_line_ < lines.size() && lines[next_line_].address <= address; ++next_line_) {
    take_line(lines[next_line_]);
  }
}

void FunctionRows::add_row(std::uint64_t address) {
  if (!rows_.empty()) {
    const Row& before = rows_.back();
    const bool same_line = before.file == current_.file &&
                           (current_.file == 0 || before.line_address == current_.line_address);
    if (same_line && before.scope == current_.scope) return;
  }
  rows_.push_back(current_);
  rows_.back().address = address;
}

std::span<const Row> FunctionRows::piece(const CodeRange& range) {
  rows_.clear();
  for (std::uint64_t at = range.low; at < range.high;) {
    pass(at);
    add_row(at);
    at = range.high;
    if (next_change_ < changes_.size()) at = std::min(at, changes_[next_change_].address);
    if (next_line_ < tree_->lines.size()) at = std::min(at, tree_->lines[next_line_].address);
  }
  return rows_;
}

}  // namespace sigla::symcache
