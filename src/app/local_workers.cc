// SPDX-License-Identifier: Apache-2.0
#include "app/local_workers.h"

namespace sigla::app {

Result<std::unique_ptr<WorkerPool>> start_local_workers(std::size_t size_max) {
  WorkerPool::Options options;
  options.command = {"/proc/self/exe", "worker"};
  options.size_max = size_max;
  return WorkerPool::start(std::move(options));
}

Result<WorkerPool*> LazyWorkers::get() {
  if (pool_ == nullptr) {
    SIGLA_TRY_ASSIGN(pool_, start_local_workers());
  }
  return pool_.get();
}

}  // namespace sigla::app
