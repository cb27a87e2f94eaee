// SPDX-License-Identifier: Apache-2.0
// Who finds a module's symbols: a folder, a server, our own store. The narrow waist between a crash
// and everywhere symbols may lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ident/identity.h"
#include "os/file.h"

namespace sigla {

// What is known of a module whose symbols are wanted.
struct ModuleQuery {
  std::string code_file;         // path as the process had it
  std::string debug_file;        // path or name; empty when unknown
  std::string debug_identifier;  // Breakpad's form, as the dump has it; empty when unknown
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string os;  // "Windows NT", "Linux", ...
  Arch arch = Arch::kUnknown;
};

struct SymbolAnswer {
  std::optional<File> symcache;      // open for reading; nothing when none was found
  std::string source;                // where it came from, for people: a path, a URL
  std::vector<std::string> explain;  // each place asked and what it said, in order
};

// Thread-safe.
class SymbolFinder {
 public:
  virtual ~SymbolFinder() = default;
  // Does not fail: what went wrong is told in `explain`. May start conversions, which have to run
  // in another WorkerPool than the walk that asks, lest each wait for the other.
  virtual SymbolAnswer find(const ModuleQuery& query) = 0;
};

// Asks one after the other until one has it.
class SymbolFinders : public SymbolFinder {
 public:
  // Borrowed; in order of preference.
  explicit SymbolFinders(std::vector<SymbolFinder*> finders) : finders_(std::move(finders)) {}
  SymbolAnswer find(const ModuleQuery& query) override;

 private:
  std::vector<SymbolFinder*> finders_;
};

}  // namespace sigla
