// SPDX-License-Identifier: Apache-2.0
// Merges the lines and inlined calls of one function into rows: each says what holds from its
// address up to the next one's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "symcache/call_sweep.h"
#include "symcache/function_tree.h"
#include "symcache/rows.h"

namespace sigla::symcache {

class FunctionRows {
 public:
  // Requires: `tree` and `changes` live on; pieces come in ascending order and do not overlap.
  // keep_line_records: lines that follow each other and say the same stay apart, because each is a
  // record of its own.
  void begin(const FunctionTree& tree,
             std::span<const CallSweep::Change> changes,
             bool keep_line_records);
  // The rows of one piece, the first of them at its beginning. A row's scope is 0 for the function
  // itself or the index of a call + 1. Valid until the next call.
  std::span<const Row> piece(const CodeRange& range);

 private:
  void pass(std::uint64_t address);
  void take_line(const CodeLine& line);
  void add_row(std::uint64_t address);

  const FunctionTree* tree_ = nullptr;
  std::span<const CallSweep::Change> changes_;
  bool keep_line_records_ = false;
  std::size_t next_change_ = 0;
  std::size_t next_line_ = 0;
  Row current_;  // what holds here
  std::vector<Row> rows_;
};

}  // namespace sigla::symcache
