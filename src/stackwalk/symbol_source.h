// SPDX-License-Identifier: Apache-2.0
// Where the stack walker gets a module's symbols from: the narrow waist between walking and
// finding.
#pragma once

#include <cstddef>

#include "symcache/symcache.h"

namespace sigla {

class SymbolSource {
 public:
  virtual ~SymbolSource() = default;
  // The symbols of a loaded module (an index of Process::modules), or null when there are none.
  // Asked again and again for the same module: the first answer has to be remembered.
  virtual const Symcache* symbols(std::size_t module_index) = 0;
};

}  // namespace sigla
