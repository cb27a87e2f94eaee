// SPDX-License-Identifier: Apache-2.0
// Where the stack walker gets a module's symbols from: the narrow waist between walking and
// finding.
#pragma once

#include <cstddef>

#include "symcache/symcache.h"

namespace sigla {

// What is known of one module; null where nothing is. The two may be of different files: a program
// without its symbols still has the unwind rules (.eh_frame, .pdata), its debug file has the names.
struct ModuleSymbols {
  const Symcache* names = nullptr;
  const Symcache* unwind = nullptr;  // asked first; then `names`, which may have rules too
};

class SymbolSource {
 public:
  virtual ~SymbolSource() = default;
  // The symbols of a loaded module (an index of Process::modules). Asked again and again for the
  // same module: the first answer has to be remembered.
  virtual ModuleSymbols symbols(std::size_t module_index) = 0;
  // The module's own file, where somebody has that and the dump may lack what is in it; else empty.
  virtual Bytes program(std::size_t module_index) {
    static_cast<void>(module_index);
    return {};
  }
};

}  // namespace sigla
