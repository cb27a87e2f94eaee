// SPDX-License-Identifier: Apache-2.0
// One function as Breakpad's symbol files have it, put in the shape of native debug information:
// line records with sizes, in any order, of which the first stays where they overlap; and inlined
// calls that nest by their ranges instead of by an explicit tree.
#pragma once

#include <cstdint>
#include <vector>

#include "symcache/function_tree.h"
#include "symcache/range_sets.h"

namespace sigla::symcache {

class BreakpadFunction {
 public:
  explicit BreakpadFunction(std::uint32_t depth_max) : nested_(true, depth_max) {}

  // `high` is the last address.
  void begin(std::uint64_t low, std::uint64_t high);
  void add_line(const CodeLine& line, std::uint64_t high);
  // The place in the tree does not count. Returns what add_call_range() wants.
  std::uint32_t add_call(const InlinedCall& call);
  // False when the range crosses the border of another, or nests too deeply.
  bool add_call_range(std::uint32_t call, std::uint64_t low, std::uint64_t high);
  // All that was added since begin(); name and parameter size are the caller's to set.
  FunctionTree& end();

 private:
  struct LineRecord {
    CodeLine line;
    std::uint64_t high;
  };
  // An INLINE record. It is several calls of the tree when its ranges lie in several outer calls.
  struct Record {
    InlinedCall call;
    std::uint32_t last_parent = 0;  // of the last call made of it
    std::uint32_t last_call = kNoCall;
  };
  static constexpr std::uint32_t kNoCall = 0xffffffff;

  void keep_first_lines();
  void fill_lines();
  std::uint32_t call_of(Record& record, std::uint32_t parent);
  void fill_calls();

  FunctionTree tree_;
  std::vector<LineRecord> lines_;
  bool lines_ordered_ = true;
  std::vector<Record> records_;
  NestedRanges nested_;
  std::vector<NestedRanges::Change> changes_;
  std::vector<std::uint32_t> range_calls_;  // by range: index in tree_.calls
};

}  // namespace sigla::symcache
