// SPDX-License-Identifier: Apache-2.0
// One compile unit of DWARF to one run of a symcache: functions with the rows of the line table
// that hold in them, inlined calls, and the rows of code that no function claims (assembler, the
// padding between functions), which have no name. One thread at a time; what one unit needed is
// used again by the next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "convert/code_pieces.h"
#include "formats/dwarf/functions.h"
#include "formats/dwarf/line_table.h"
#include "formats/macho/symbol_map.h"
#include "symcache/symcache_run.h"

namespace sigla {

class DwarfUnitConverter {
 public:
  DwarfUnitConverter(const dwarf::CodeFilter& filter,
                     std::uint64_t image_base,
                     std::uint64_t address_shift,
                     const macho::SymbolMap* symbol_map,
                     const Limits& limits)
      : filter_(filter),
        image_base_(image_base),
        address_shift_(address_shift),
        symbol_map_(symbol_map),
        limits_(limits) {}

  // Damage is reported; what was read in spite of it counts.
  void convert(const dwarf::AddressTables& unit,
               bool with_lines,
               SymcacheRun& run,
               Diagnostics& diagnostics);

 private:
  void read_lines(const dwarf::AddressTables& unit, Diagnostics& diagnostics);
  void place_functions();
  void place_unit();
  void add_functions(SymcacheRun& run);
  void add_unclaimed(SymcacheRun& run);
  void set_calls(const dwarf::Function& function, SymcacheRun& run);
  void append_lines(std::uint64_t low, std::uint64_t high, SymcacheRun& run);
  std::uint32_t file(std::uint32_t number, SymcacheRun& run);
  std::uint32_t name(std::uint32_t number, SymcacheRun& run);
  CodeRange relative(std::uint64_t low, std::uint64_t high) const;

  const dwarf::CodeFilter& filter_;
  std::uint64_t image_base_;
  std::uint64_t address_shift_;
  const macho::SymbolMap* symbol_map_;
  Limits limits_;
  dwarf::FunctionReader functions_;
  dwarf::LineTable lines_;
  CodePieces pieces_;
  std::vector<std::uint32_t> order_;  // of pieces_, by function
  std::vector<CodeRange> unit_ranges_;
  std::vector<CodeRange> gaps_;
  std::vector<dwarf::LineRow> rows_;
  std::vector<std::uint32_t> files_;  // of the run, by the line program's number; kUnknown
  std::vector<std::uint32_t> names_;  // of the run, by the reader's number; kUnknown
  std::string_view comp_dir_;
  std::string path_;
  FunctionTree tree_;
};

}  // namespace sigla
