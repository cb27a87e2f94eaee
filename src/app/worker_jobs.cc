// SPDX-License-Identifier: Apache-2.0
#include "app/worker_jobs.h"

#include "convert/symcache_job.h"
#include "ingest/unpack_job.h"
#include "object/identify_job.h"
#include "symbolicate/walk_job.h"

namespace sigla::app {

// A layer that parses declares `void add_LAYER_jobs(WorkerJobs& jobs)`; each is called here once.
WorkerJobs all_worker_jobs() {
  WorkerJobs jobs;
  add_ingest_jobs(jobs);
  add_object_jobs(jobs);
  add_convert_jobs(jobs);
  add_symbolicate_jobs(jobs);
  return jobs;
}

}  // namespace sigla::app
