// SPDX-License-Identifier: Apache-2.0
#include "convert/perfmap_to_symcache.h"

#include <utility>

#include "formats/perfmap/header.h"
#include "formats/perfmap/methods.h"
#include "symcache/symcache_run.h"

namespace sigla {

Status perfmap_to_symcache(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(Identity identity, perfmap::identify_perfmap(file, conversion.file_name));
  conversion.writer.set_identity(std::move(identity));
  SymcacheRun run(kSymbolTableOrder, conversion.limits);
  perfmap::read_methods(
      file,
      [&](const perfmap::Method& method) { run.add_symbol(method.rva, method.size, method.name); },
      conversion.diagnostics);
  conversion.writer.take(std::move(run));
  return {};
}

}  // namespace sigla
