// SPDX-License-Identifier: Apache-2.0
// The sandboxed workers of a verb that looks at the user's files.
#pragma once

#include <cstddef>
#include <memory>

#include "os/worker.h"

namespace sigla::app {

// Starts one child of this very program, and up to `size_max` when needed.
Result<std::unique_ptr<WorkerPool>> start_local_workers(std::size_t size_max = 1);

// The same for a verb that mostly gets by without: they start when they are first asked for.
class LazyWorkers {
 public:
  Result<WorkerPool*> get();

 private:
  std::unique_ptr<WorkerPool> pool_;
};

}  // namespace sigla::app
