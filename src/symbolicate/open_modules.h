// SPDX-License-Identifier: Apache-2.0
// The modules that addresses lie in: each one's symbols are looked for when the first address asks
// for them, and are open from then on. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "os/file.h"
#include "symbolicate/address_lookup.h"
#include "symbolicate/source_urls.h"
#include "symbolicate/symbol_finder.h"
#include "symcache/symcache.h"

namespace sigla {

// What is told of a module for which this came back; takes it out of the answer.
LookedUpModule to_looked_up(SymbolAnswer& answer);

class OpenModules {
 public:
  // Both are borrowed.
  OpenModules(const SymbolFinder& finder, std::span<const ModuleQuery> modules)
      : finder_(finder), modules_(modules), told_(modules.size()) {}

  // Looks for the symbols of several modules at once, each of which waits for servers.
  Status prepare(std::span<const std::size_t> modules);
  // Null when nobody has symbols of it. Requires: an index of a module.
  Result<const Symcache*> symcache(std::size_t module);
  // The frame as answers have it. Requires: symcache(module) found it.
  AddressFrame to_frame(std::size_t module, const SymcacheFrame& found) const;
  const LookedUpModule& told(std::size_t module) const { return told_[module]; }
  // What became of all of them.
  std::vector<LookedUpModule> take() && { return std::move(told_); }

 private:
  Status open(std::size_t module, SymbolAnswer& answer);

  struct Opened {
    MappedFile file;
    std::optional<Symcache> symcache;
    SourceUrls urls;
  };
  const SymbolFinder& finder_;
  std::span<const ModuleQuery> modules_;
  std::map<std::size_t, Opened> opened_;
  std::vector<LookedUpModule> told_;
};

}  // namespace sigla
