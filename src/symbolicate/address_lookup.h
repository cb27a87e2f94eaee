// SPDX-License-Identifier: Apache-2.0
// Addresses in modules to named frames, without a dump: for whoever has a stack already.
//
//   SIGLA_TRY_ASSIGN(const auto found, look_up(finder, workers, modules, addresses));
//   found.frames[3]   of addresses[3], innermost inlined call first; none when nothing is known
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

struct ModuleAddress {
  std::uint32_t module = 0;   // index of the modules
  std::uint64_t address = 0;  // relative to the module's base
};

struct AddressFrame {
  std::string function;  // for people
  std::string symbol;    // as the symbol file has it: mangled or not
  std::string file;      // empty: not known
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint64_t function_address = 0;  // relative; of an inlined call, that of the outer function
  bool is_inlined = false;
};

struct LookedUpModule {
  ModuleStatus status = ModuleStatus::kUnused;  // when no address lies in it
  std::string symbol_source;
  std::string code_file_name;        // of the program, where its Breakpad file says it
  std::vector<std::string> explain;  // with what would show more
};

struct AddressLookup {
  std::vector<LookedUpModule> modules;
  std::vector<std::vector<AddressFrame>> frames;  // one list for each address
};

// `workers` demangle. Error kInvalidArgument for an address of a module there is not.
Result<AddressLookup> look_up(const SymbolFinder& finder,
                              WorkerPool& workers,
                              std::span<const ModuleQuery> modules,
                              std::span<const ModuleAddress> addresses);

}  // namespace sigla
