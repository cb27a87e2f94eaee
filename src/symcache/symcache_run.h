// SPDX-License-Identifier: Apache-2.0
// One thread's share of a symcache: the functions of one compile unit (or a few), packed as they
// come. Runs are filled side by side and handed to SymcacheWriter::take(); the finished file is the
// same whatever the number of threads, because a run says where in the file it came from.
//
//   SymcacheRun run(unit_index, limits);
//   run.add(tree);                       // tree's names and files are this run's
//   writer.take(std::move(run));         // from any thread
//
// Not thread-safe itself.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "symcache/call_sweep.h"
#include "symcache/function_rows.h"
#include "symcache/function_tree.h"
#include "symcache/packed_functions.h"
#include "symcache/text_table.h"

namespace sigla {

namespace symcache {

// What a run holds when it is handed over.
struct RunContent {
  struct Symbol {
    std::uint64_t address;
    std::uint64_t size;
    std::uint32_t name;
    std::uint32_t info;   // as RawAlias::info
    bool is_linker_name;  // replaces the name of a function that begins here
  };
  std::uint64_t order = 0;
  TextTable files;
  TextTable names;
  // How often each is used by what follows.
  std::vector<std::uint32_t> file_uses;
  std::vector<std::uint32_t> name_uses;
  PackedFunctions functions;
  std::vector<Symbol> symbols;
  std::vector<Symbol> shadowed;  // functions that no address leads to
  Diagnostics diagnostics;
};

}  // namespace symcache

class SymcacheRun {
 public:
  // Of functions that overlap, the one of the lower order (and of one run, the earlier one) stays.
  // Each run has an order of its own.
  SymcacheRun(std::uint64_t order, const Limits& limits);

  // Numbers that stand for a text in this run; one text, one number. The text is copied.
  std::uint32_t file(std::string_view path) { return content_.files.add(path); }
  std::uint32_t name(std::string_view name) { return content_.names.add(name); }

  void add(const FunctionTree& tree) { add(tree, 0, false); }
  // From a symbol table. It names what no function covers, up to its size, or with size 0 up to the
  // next function or symbol; and where a function begins at the very address, its name replaces the
  // function's (it is the linker's name, with ".cold" or ".constprop.0" where there is one). Of
  // several at one address the first one counts.
  void add_symbol(std::uint64_t address, std::uint64_t size, std::string_view name);

 private:
  friend class SymcacheWriter;

  // `flags` of FunctionFlag. keep_line_records: as FunctionRows::begin() has it.
  void add(const FunctionTree& tree, std::uint32_t flags, bool keep_line_records);
  void add_symbol(const symcache::RunContent::Symbol& symbol);
  void add_shadowed(const symcache::RunContent::Symbol& function);
  std::uint32_t info(std::uint64_t address, std::uint32_t parameter_size, std::uint32_t flags);
  void order_ranges(const FunctionTree& tree);
  void use_name(std::uint32_t name) { use(name, content_.name_uses); }
  void use_file(std::uint32_t file) {
    if (file != FunctionTree::kNoFile) use(file, content_.file_uses);
  }
  static void use(std::uint32_t number, std::vector<std::uint32_t>& uses) {
    if (number >= uses.size()) uses.resize(number + std::size_t{1});
    ++uses[number];
  }

  symcache::RunContent content_;
  symcache::CallSweep sweep_;
  symcache::FunctionRows rows_;
  std::vector<CodeRange> ranges_;
};

}  // namespace sigla
