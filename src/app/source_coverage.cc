// SPDX-License-Identifier: Apache-2.0
#include "app/source_coverage.h"

#include <optional>

#include "sourcelink/map.h"
#include "sourcelink/srcsrv.h"

namespace sigla::app {

Result<SourceCoverage> coverage_of(const SourceFiles& sources) {
  const Limits limits;
  std::optional<sourcelink::SourceLinkMap> map;
  if (!sources.source_link.empty()) {
    SIGLA_TRY_ASSIGN(map, sourcelink::SourceLinkMap::parse(sources.source_link, limits));
  }
  std::optional<sourcelink::Srcsrv> server;
  if (!sources.srcsrv.empty()) {
    SIGLA_TRY_ASSIGN(server, sourcelink::Srcsrv::parse(sources.srcsrv, limits));
  }
  SourceCoverage coverage;
  coverage.file_count = sources.files.size();
  for (const SourceFile& file : sources.files) {
    const bool is_covered = file.is_embedded || (map && map->url_of(file.path).has_value()) ||
                            (server && server->find_row(file.path) != nullptr);
    if (!is_covered) coverage.uncovered.push_back(file.path);
  }
  return coverage;
}

}  // namespace sigla::app
