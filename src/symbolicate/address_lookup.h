// SPDX-License-Identifier: Apache-2.0
// Addresses in modules to named frames, without a dump: for whoever has a stack already.
//
//   SIGLA_TRY_ASSIGN(const auto found, look_up(finder, workers, modules, addresses));
//   found.frames[3]   of addresses[3], innermost inlined call first; none when nothing is known
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

// What an address is counted from.
enum class CountedFrom : std::uint8_t {
  kBase,      // where the module begins
  kFile,      // nothing: it is as the module's own file numbers it (an ELF virtual address)
  kText,      // the module's section .text
  kFunction,  // the function that is named
};

struct ModuleAddress {
  std::uint32_t module = 0;  // index of the modules
  std::uint64_t address = 0;
  CountedFrom from = CountedFrom::kBase;
  bool is_return_address = false;  // follows the call that is meant
  std::string function{};          // kFunction: exactly as the symbol file has it
  std::uint64_t function_size{};   // which of several, if not 0
};

struct AddressFrame {
  std::string function;  // for people
  std::string symbol;    // as the symbol file has it: mangled or not
  std::string file;      // empty: not known
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string source_url;  // of the line, by the module's Source Link map; empty: none
  bool is_inlined = false;
  // Relative to the module's base: where the (outer) function begins, and the code of the line.
  std::uint64_t function_address = 0;
  std::uint64_t line_address = 0;
};

struct LookedUpModule {
  ModuleStatus status = ModuleStatus::kUnused;  // when no address lies in it
  std::string symbol_source;
  std::string code_file_name;  // of the program, where its Breakpad file says it
  std::vector<std::string> explain;
  std::vector<std::string> advice;  // what would show more
  std::string unwind_source;
  bool has_breakpad_names = false;
  Identity identity;  // of what the names came from
  std::vector<SymbolCandidate> candidates;
};

struct AddressLookup {
  std::vector<LookedUpModule> modules;
  std::vector<std::vector<AddressFrame>> frames;  // one list for each address
  // Each address relative to its module's base; nothing where that is not known.
  std::vector<std::optional<std::uint64_t>> relative;
};

// `workers` demangle. Error kInvalidArgument for an address of a module there is not.
Result<AddressLookup> look_up(const SymbolFinder& finder,
                              WorkerPool& workers,
                              std::span<const ModuleQuery> modules,
                              std::span<const ModuleAddress> addresses);

}  // namespace sigla
