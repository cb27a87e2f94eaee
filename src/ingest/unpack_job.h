// SPDX-License-Identifier: Apache-2.0
// The worker's half of an upload: unpacks the body, archives inside archives included, takes the
// compression off single files, and identifies each. The parent's half is ingest/unpacker.h.
#pragma once

#include "os/worker.h"

namespace sigla {

// Adds kUnpackJob and kPackageJob (ingest/package_job.h).
void add_ingest_jobs(WorkerJobs& jobs);

}  // namespace sigla
