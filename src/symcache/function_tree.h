// SPDX-License-Identifier: Apache-2.0
// One function as native debug information (DWARF, PDB) has it: where its code lies, its rows of
// the line table, and the tree of the calls inlined in it. Readers fill one, hand it to a
// SymcacheRun, and use it again for the next one, so that nothing is allocated once it has grown.
//
//   FunctionTree tree;
//   tree.name = run.name("_Z3fooi");
//   tree.ranges = {{0x1000, 0x1040}};
//   tree.lines = {{0x1000, run.file("/src/a.cc"), 12, 3}, {0x1010, run.file("/src/b.h"), 7, 1}};
//   tree.calls = {{.name = run.name("_Z3barv"), .call_file = run.file("/src/a.cc"),
//                  .call_line = 13, .first_range = 0, .range_count = 1}};
//   tree.call_ranges = {{0x1010, 0x1018}};
//   run.add(tree);
//
// Addresses are relative to the module's base ("RVA"). Ranges are half open.
#pragma once

#include <cstdint>
#include <vector>

namespace sigla {

struct CodeRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;  // one past the last address
};

// Holds from its address up to that of the next one.
struct CodeLine {
  std::uint64_t address = 0;
  std::uint32_t file = 0xffffffff;  // of SymcacheRun::file(); FunctionTree::kNoFile
  std::uint32_t line = 0;           // 0: the compiler knows of no line here
  std::uint32_t column = 0;
};

struct InlinedCall {
  std::uint32_t parent = 0;  // index of the call it lies in, less than its own; kFunctionItself
  std::uint32_t name = 0;    // of SymcacheRun::name()
  std::uint32_t call_file = 0xffffffff;  // FunctionTree::kNoFile: that of the row
  std::uint32_t call_line = 0;
  std::uint32_t call_column = 0;
  std::uint32_t first_range = 0;  // of FunctionTree::call_ranges
  std::uint32_t range_count = 0;
};

struct FunctionTree {
  static constexpr std::uint32_t kNoFile = 0xffffffff;
  static constexpr std::uint32_t kFunctionItself = 0xffffffff;

  std::uint32_t name = 0;  // of SymcacheRun::name()
  std::uint32_t parameter_size = 0;
  std::vector<CodeRange> ranges;       // in any order; a function may lie in several places
  std::vector<CodeLine> lines;         // ascending by address; may begin before and end after
  std::vector<InlinedCall> calls;      // an outer call before those inside it
  std::vector<CodeRange> call_ranges;  // of all calls; the part inside the outer call's counts

  void clear() {
    name = parameter_size = 0;
    ranges.clear();
    lines.clear();
    calls.clear();
    call_ranges.clear();
  }
};

}  // namespace sigla
