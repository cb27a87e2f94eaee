// SPDX-License-Identifier: Apache-2.0
// Everything a worker process can do: the jobs of all layers that parse hostile bytes.
#pragma once

#include "os/worker.h"

namespace sigla::app {

WorkerJobs all_worker_jobs();

}  // namespace sigla::app
