// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/symbol_finder.h"

#include <iterator>

namespace sigla {

SymbolAnswer SymbolFinders::find(const ModuleQuery& query) {
  SymbolAnswer all;
  for (SymbolFinder* finder : finders_) {
    SymbolAnswer answer = finder->find(query);
    std::move(answer.explain.begin(), answer.explain.end(), std::back_inserter(all.explain));
    if (!answer.symcache) continue;
    all.symcache = std::move(answer.symcache);
    all.source = std::move(answer.source);
    break;
  }
  return all;
}

}  // namespace sigla
