// SPDX-License-Identifier: Apache-2.0
// Whether every source that a Portable PDB names can be found later: it is embedded, or its Source
// Link map has a URL for it. Looked at in a sandboxed worker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/worker.h"

namespace sigla::app {

struct SourceCoverage {
  static constexpr std::size_t kUncoveredMax = 100;

  std::uint32_t document_count = 0;
  std::uint32_t uncovered_count = 0;
  std::vector<std::string> uncovered;  // paths, the first of them
};

// kUnsupported for any other file.
Result<SourceCoverage> source_coverage_in_worker(WorkerPool& pool, const File& pdb);

void add_source_coverage_job(WorkerJobs& jobs);

}  // namespace sigla::app
