// SPDX-License-Identifier: Apache-2.0
// Makes the sections of functions, scopes and rows from all runs. Where functions overlap, the
// earlier run, and in one run the earlier function, stays, and the other keeps what is free; what
// no function covers is named by symbols.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "symcache/file_builder.h"
#include "symcache/piece_overlap.h"
#include "symcache/rows.h"
#include "symcache/string_table.h"
#include "symcache/symcache_run.h"

namespace sigla::symcache {

class RunMerger {
 public:
  // Sorts the runs by their order.
  RunMerger(std::vector<RunContent>& runs, StringTable& strings, FileBuilder::Extent& extent);

  bool has_columns() const { return has_columns_; }
  // kLimitExceeded when scopes or rows outgrow what 32-bit offsets reach.
  Status merge();
  void write(FileBuilder& file) const;

 private:
  struct Names {  // string offsets and file indexes by the run's numbers
    std::vector<std::uint32_t> names;
    std::vector<std::uint32_t> files;
  };
  struct Symbol {
    std::uint64_t address;
    std::uint64_t size;
    std::uint32_t name;  // string offset
    std::uint32_t info;
    bool is_linker_name;
    std::uint32_t function;  // index, once it is in the table
  };
  struct Source {  // where the claim of a rank comes from
    std::uint32_t run;
    std::uint32_t piece;
  };
  void name_texts();
  void collect_symbols();
  void collect_claims();
  void add_unreached(const OwnedParts& owned);
  std::uint32_t add_function(std::uint64_t address,
                             std::uint64_t size,
                             std::uint32_t name,
                             std::uint32_t info);
  void write_part(const OwnedParts::Part& part, const OwnedParts::Part* before);
  void write_rows(const OwnedParts::Part& part, std::uint32_t root_scope, const Names& names);
  // Rows from the end of `before` (or from 0) up to `high`, the last address.
  void write_gap(const OwnedParts::Part* before, std::uint64_t high);
  void write_symbol(Symbol& symbol, std::uint64_t low, std::uint64_t high);
  std::uint32_t root_scope(std::uint32_t function);
  std::uint32_t scope_of(std::uint32_t call, const Names& names);

  std::vector<RunContent>& runs_;
  StringTable& strings_;
  FileBuilder::Extent& extent_;
  bool has_columns_;
  TextTable files_;
  std::vector<Names> names_;
  std::vector<Symbol> symbols_;  // ascending by address, one at each
  std::vector<Symbol> hidden_;   // symbols and functions that no address leads to
  std::size_t next_symbol_ = 0;
  std::vector<Claim> claims_;
  std::vector<Source> sources_;    // by rank
  std::vector<bool> is_multiple_;  // by rank

  std::vector<std::uint64_t> function_addresses_;
  std::vector<std::uint64_t> function_sizes_;
  Buffer functions_;                                                 // RawFunction
  std::unordered_map<std::uint32_t, std::uint32_t> origin_indexes_;  // by string offset
  std::vector<std::uint32_t> origins_;
  Buffer scopes_;
  RowWriter rows_;

  // Of the function being written.
  std::vector<InlinedCall> calls_;
  std::vector<std::uint32_t> call_scopes_;
  std::vector<Row> piece_rows_;
  std::uint32_t root_scope_ = 0;
};

}  // namespace sigla::symcache
