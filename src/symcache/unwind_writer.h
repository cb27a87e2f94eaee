// SPDX-License-Identifier: Apache-2.0
// The unwind sections of a symcache: rules by address, and STACK WIN records, made searchable.
//
// An entry is what one record of the source covers (an FDE, a STACK CFI INIT record, a function of
// .pdata): rows that say from which address on which rules hold. Of entries that overlap the first
// one stays, whole. Rule sets are stored once, however many rows have them. STACK CFI text is
// compiled when all of it is there, because a delta may come before the INIT record it belongs to.
//
// STACK WIN records nest by type; kWinAddresses and kWinIndexes hold which one is innermost from
// each address on, frame data (type 4) before FPO (type 0). The record table keeps every record,
// those not reached too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "symcache/file_builder.h"
#include "symcache/range_sets.h"
#include "symcache/string_table.h"
#include "symcache/symcache.h"
#include "symcache/unwind_rules.h"

namespace sigla::symcache {

class UnwindWriter {
 public:
  UnwindWriter(StringTable& strings,
               FileBuilder::Extent& extent,
               Diagnostics& diagnostics,
               const Limits& limits)
      : strings_(strings), extent_(extent), diagnostics_(diagnostics), limits_(limits) {}

  // False when the range is empty or touches an earlier entry: several sections of a file tell of
  // the same function as a rule.
  bool begin_entry(std::uint64_t address, std::uint64_t size);
  // From this address on, up to the next row or the end of the entry. Rows ascend; of several at
  // one address the last one counts. Rules without a CFA say that nothing is known.
  void add_row(std::uint64_t address, UnwindRuleSet& rules);

  void add_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules);
  void add_cfi_delta(std::uint64_t address, std::string_view rules);
  void add_stack_win(const StackWin& record);

  // Call once. `arch` tells what the registers in STACK CFI text are.
  void write(FileBuilder& file, Arch arch);

 private:
  struct Entry {
    std::uint64_t low;
    std::uint64_t high;
    std::size_t first_row;
    std::size_t row_end;
  };
  struct Row {
    std::uint64_t address;
    std::uint32_t rules;
  };
  struct Init {
    std::uint64_t low;
    std::uint64_t high;
    std::uint32_t text;
  };
  struct Delta {
    std::uint64_t address;
    std::uint32_t text;
  };
  std::optional<std::uint64_t> claim(std::uint64_t address, std::uint64_t size);
  void compile_cfi(Arch arch);
  void write_rows(FileBuilder& file);
  void write_win(FileBuilder& file);

  StringTable& strings_;
  FileBuilder::Extent& extent_;
  Diagnostics& diagnostics_;
  Limits limits_;
  ExclusiveRanges ranges_;
  std::vector<Entry> entries_;
  std::vector<Row> rows_;
  StringTable rules_;
  Buffer encoded_;
  std::vector<Init> inits_;
  std::vector<Delta> deltas_;
  StringTable cfi_texts_;
  std::vector<std::uint64_t> win_addresses_;
  std::vector<std::uint64_t> win_sizes_;
  std::vector<RawWin> wins_;
};

}  // namespace sigla::symcache
