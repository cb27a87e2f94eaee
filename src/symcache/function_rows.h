// SPDX-License-Identifier: Apache-2.0
// Merges one function's lines and inlined calls, given in any order, into rows; and writes the
// scopes those rows name.
//
// Section kScopes is a run of records, referred to by their offset; the byte at 0 is no record:
//
//   function       0, index of the function
//   inlined call   distance back to the scope it lies in (> 0), origin index,
//                  call file as index + 1 (0: that of the row), call line, [call column]
//
// all as ULEB128, the column only in files that have columns. A scope lies in an earlier one, so
// following the distances ends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "symcache/range_sets.h"
#include "symcache/rows.h"

namespace sigla::symcache {

struct LineRecord {
  std::uint64_t low;
  std::uint64_t high;
  std::uint32_t file;  // index + 1; 0: not known
  std::uint32_t line;
  std::uint32_t column;
};

struct CallRecord {
  std::uint32_t origin;
  std::uint32_t file;  // index + 1; 0: as the row has it
  std::uint32_t line;
  std::uint32_t column;
};

class FunctionRows {
 public:
  FunctionRows(bool has_columns, std::uint32_t depth_max)
      : has_columns_(has_columns), nested_(true, depth_max), scopes_(1, 0) {}

  void begin(std::uint64_t low, std::uint64_t high);
  void add_line(const LineRecord& line);
  std::uint32_t add_call(const CallRecord& call);
  // False when the range crosses the border of another.
  bool add_call_range(std::uint32_t call, std::uint64_t low, std::uint64_t high);
  // Makes rows() from all that was added since begin().
  void end(std::uint32_t root_scope);
  const std::vector<Row>& rows() const { return rows_; }

  std::uint32_t add_root_scope(std::uint32_t function);
  const Buffer& scopes() const { return scopes_; }

 private:
  struct Call {
    CallRecord record;
    std::uint32_t parent_scope = 0;  // `scope` was made for this one
    std::uint32_t scope = 0;
  };
  void keep_first_lines();
  void resolve_scopes(std::uint32_t root_scope);
  std::uint32_t call_scope(Call& call, std::uint32_t parent_scope);

  bool has_columns_;
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::vector<LineRecord> lines_;
  bool lines_ordered_ = true;
  std::vector<Call> calls_;
  NestedRanges nested_;
  std::vector<NestedRanges::Change> changes_;
  std::vector<std::uint32_t> node_scopes_;
  std::vector<Row> rows_;
  Buffer scopes_;
};

}  // namespace sigla::symcache
