// SPDX-License-Identifier: Apache-2.0
// The unwind sections of a symcache: STACK CFI and STACK WIN records, made searchable.
//
// Of STACK CFI INIT records that overlap the first one stays; a delta belongs to the INIT record
// whose range it lies in, and of several at one address the last one counts. STACK WIN records nest
// by type; kWinAddresses and kWinIndexes hold which one is innermost from each address on, frame
// data (type 4) before FPO (type 0). The record table keeps every record, those not reached too.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "symcache/file_builder.h"
#include "symcache/range_sets.h"
#include "symcache/string_table.h"
#include "symcache/symcache.h"

namespace sigla::symcache {

class UnwindWriter {
 public:
  UnwindWriter(StringTable& strings, FileBuilder::Extent& extent, Diagnostics& diagnostics)
      : strings_(strings), extent_(extent), diagnostics_(diagnostics) {}

  void add_cfi_init(std::uint64_t address, std::uint64_t size, std::string_view rules);
  void add_cfi_delta(std::uint64_t address, std::string_view rules);
  void add_stack_win(const StackWin& record);

  // Call once.
  void write(FileBuilder& file);

 private:
  struct Init {
    std::uint64_t low;
    std::uint64_t high;
    std::uint32_t rules;
  };
  struct Delta {
    std::uint64_t address;
    std::uint32_t rules;
  };
  void write_cfi(FileBuilder& file);
  void write_win(FileBuilder& file);

  StringTable& strings_;
  FileBuilder::Extent& extent_;
  Diagnostics& diagnostics_;
  ExclusiveRanges init_ranges_;
  std::vector<Init> inits_;
  std::vector<Delta> deltas_;
  std::vector<std::uint64_t> win_addresses_;
  std::vector<std::uint64_t> win_sizes_;
  std::vector<RawWin> wins_;
};

}  // namespace sigla::symcache
