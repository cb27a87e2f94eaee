// SPDX-License-Identifier: Apache-2.0
// The worker's half of a push: reads a NuGet package's directory and nuspec, and compares each PDB
// of a symbol package with the program it belongs to, as NuGet.org does
// (docs.microsoft.com/nuget/create-packages/symbol-packages-snupkg). The parent's half is
// ingest/package_push.h.
#pragma once

#include "os/worker.h"

namespace sigla {

// Adds kPackageJob. An Error (kMalformed, kUnsupported, kLimitExceeded) means it is no package.
void add_package_job(WorkerJobs& jobs);

}  // namespace sigla
