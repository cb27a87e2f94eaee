// SPDX-License-Identifier: Apache-2.0
// The sources of restored symbols: whatever a PDB does not carry itself is fetched from where it
// says (sourcelink/lookup.h), compared with its checksum, and kept below the key that SSQP has for
// sources: NAME/sha256-<digits>/NAME, or sha1-.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/symbol_wish.h"
#include "os/worker.h"
#include "sourcelink/fetcher.h"

namespace sigla::app {

struct RestoredSources {
  struct Missing {
    std::string path;
    std::string named_by;            // the PDB
    std::vector<std::string> tried;  // and how each went
  };
  std::size_t fetched = 0;
  std::size_t present = 0;
  std::size_t embedded = 0;
  std::vector<Missing> missing;
};

// Of each file that names sources; others are passed over.
Result<RestoredSources> restore_sources(const std::vector<std::string>& files,
                                        const SymbolCacheLayout& layout,
                                        const sourcelink::FetchOptions& options,
                                        WorkerPool& workers);

}  // namespace sigla::app
