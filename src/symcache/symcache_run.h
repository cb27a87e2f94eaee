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
#include <string_view>

#include "base/limits.h"
#include "symcache/function_tree.h"

namespace sigla {

class SymcacheRun {
 public:
  // Of functions that overlap, the one of the lower order (and of one run, the earlier one) stays.
  SymcacheRun(std::uint64_t order, const Limits& limits);
  SymcacheRun(SymcacheRun&&) noexcept;
  SymcacheRun& operator=(SymcacheRun&&) noexcept;
  ~SymcacheRun();

  // Numbers that stand for a text in this run; one text, one number. The text is copied.
  std::uint32_t file(std::string_view path);
  std::uint32_t name(std::string_view name);

  void add(const FunctionTree& tree);
  // From a symbol table. It names what no function covers, up to its size, or with size 0 up to the
  // next function or symbol; and where a function begins at the very address, its name replaces the
  // function's (it is the linker's name, with ".cold" or ".constprop.0" where there is one).
  void add_symbol(std::uint64_t address, std::uint64_t size, std::string_view name);

 private:
  friend class SymcacheWriter;
};

}  // namespace sigla
