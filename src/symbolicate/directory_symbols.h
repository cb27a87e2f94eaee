// SPDX-License-Identifier: Apache-2.0
// Symbols in a folder of this machine.
//
// Looked for, in this order, each name as written and then in whatever case:
//   NAME/ID/STEM.sym     what Breakpad's tools make (crash.pdb/3249...1/crash.sym)
//   FILE/CODEID/STEM.sym Mozilla's form of it, by code id
//   STEM.sym, NAME.sym   a lone file, if the MODULE record in it has the id that is wanted
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "symbolicate/symbol_finder.h"

namespace sigla {

// Makes a symcache of a symbol file, or finds the one it made of it before.
using SymcacheMaker = std::function<Result<File>(const File& object, const std::string& name)>;

class DirectorySymbols : public SymbolFinder {
 public:
  DirectorySymbols(std::filesystem::path folder, SymcacheMaker maker)
      : folder_(std::move(folder)), maker_(std::move(maker)) {}
  SymbolAnswer find(const ModuleQuery& query) override;

 private:
  bool try_file(const std::filesystem::path& relative,
                const ModuleQuery& query,
                bool has_to_match,
                SymbolAnswer& answer) const;

  std::filesystem::path folder_;
  SymcacheMaker maker_;
};

}  // namespace sigla
