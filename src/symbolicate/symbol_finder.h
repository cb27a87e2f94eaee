// SPDX-License-Identifier: Apache-2.0
// Finds the symbols of a module, wherever they lie. A module is resolved to up to two files: one
// for names and lines (its debug file), one for unwinding (mostly the program itself: debug files
// that strip or MSVC make hold no unwind rules). One file may be both, as Breakpad's are.
//
//   SymbolFinder finder({&folder, &server});
//   const SymbolAnswer answer = finder.find(query);
//
// The places are the narrow waist between a crash and everywhere symbols may lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/file.h"
#include "symbolicate/managed_programs.h"
#include "symbolicate/module_query.h"
#include "symbolicate/symbol_candidate.h"

namespace sigla {

class ModuleSearch;

struct SymbolAnswer {
  std::optional<File> symcache;  // for names, open for reading; nothing when none was found
  std::string source;            // where it came from, for people: a path, a URL
  Identity identity;             // of what it was made from
  std::optional<File> unwind;    // for unwinding, where that is another file than `symcache`
  std::string unwind_source;     // empty: nobody has unwind rules for this module
  // The file itself, plain or compressed: see ModuleQuery::wants_program and SymbolUse::kManaged.
  std::optional<File> program;
  bool has_unusable = false;  // some file of the module was found and could not be used
  // The query's, or what the program says of its debug file where the dump does not.
  std::string debug_file;
  std::optional<DebugId> debug_id;
  // Each place asked and what it said, in order; then what was chosen.
  std::vector<std::string> explain;
  std::vector<std::string> advice;          // what would show more, and how to get it
  std::vector<SymbolCandidate> candidates;  // in the order in which they were asked for
};

// What symbols are wanted for: unwinding needs files that names do not. Of managed code the
// Portable PDB itself is wanted, as SymbolAnswer::program, since its methods have no addresses.
enum class SymbolUse { kNames, kNamesAndUnwind, kManaged };

// A folder, a server, our own store. Thread-safe.
class SymbolPlace {
 public:
  virtual ~SymbolPlace() = default;
  // Offers what it has of the module (module_search.h), best first, for as long as more is wanted.
  // Does not fail: what went wrong is told to the search. May start conversions, which have to run
  // in another WorkerPool than the walk that asks, lest each wait for the other.
  virtual void search(ModuleSearch& search) = 0;
  // A program of .NET, by the MVID where there is one, else the newest of that name.
  virtual std::optional<ManagedProgram> find_program(const ManagedModule& wanted);
};

class SymbolFinder {
 public:
  // Borrowed; asked in this order until nothing better can be expected.
  explicit SymbolFinder(std::vector<SymbolPlace*> places) : places_(std::move(places)) {}
  SymbolAnswer find(const ModuleQuery& query, SymbolUse use = SymbolUse::kNamesAndUnwind) const;

  // The first place that has it says so.
  std::optional<ManagedProgram> find_program(const ManagedModule& wanted) const;

 private:
  std::vector<SymbolPlace*> places_;
};

}  // namespace sigla
