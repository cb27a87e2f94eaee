// SPDX-License-Identifier: Apache-2.0
// Whether every source that debug information names can be found later: it is embedded, or a Source
// Link map or a source server has a place for it. Nothing is fetched.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "object/source_files.h"

namespace sigla::app {

struct SourceCoverage {
  std::size_t file_count = 0;
  std::vector<std::string> uncovered;  // paths
};

// An Error when the map or the source server's text is damaged.
Result<SourceCoverage> coverage_of(const SourceFiles& sources);

}  // namespace sigla::app
