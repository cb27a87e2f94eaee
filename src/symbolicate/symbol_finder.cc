// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/symbol_finder.h"

#include "symbolicate/module_search.h"

namespace sigla {

SymbolAnswer SymbolFinder::find(const ModuleQuery& query, SymbolUse use) const {
  ModuleSearch search(query, use);
  do {
    for (SymbolPlace* place : places_) {
      if (search.is_done()) break;
      place->search(search);
    }
  } while (search.learn_debug_file());
  return search.finish();
}

std::optional<ManagedProgram> SymbolPlace::find_program(const ManagedModule&) {
  return std::nullopt;
}

std::optional<ManagedProgram> SymbolFinder::find_program(const ManagedModule& wanted) const {
  for (SymbolPlace* place : places_) {
    if (auto program = place->find_program(wanted)) return program;
  }
  return std::nullopt;
}

}  // namespace sigla
