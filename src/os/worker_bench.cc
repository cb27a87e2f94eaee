// SPDX-License-Identifier: Apache-2.0
// What a job costs beyond its own work. The program is its own worker.
#include <benchmark/benchmark.h>

#include <string_view>

#include "os/worker.h"

namespace sigla {
namespace {

WorkerJobs jobs() {
  WorkerJobs result;
  result["echo"] = [](WorkerMessage request, WorkerContext&) -> Result<WorkerMessage> {
    return request;
  };
  return result;
}

void BM_EmptyJob(benchmark::State& state) {
  const auto pool = WorkerPool::start({.command = {"/proc/self/exe", "worker"}, .limits = {}});
  for (auto _ : state) {
    WorkerMessage request{.payload = std::string(static_cast<std::size_t>(state.range(0)), 'x'),
                          .files = {}};
    SIGLA_CHECK((*pool)->run("echo", std::move(request)).has_value());
  }
}
BENCHMARK(BM_EmptyJob)->Arg(0)->Arg(1 << 20)->UseRealTime();

void BM_FreshChild(benchmark::State& state) {
  const auto pool = WorkerPool::start({.command = {"/proc/self/exe", "worker"},
                                       .size_max = 1,
                                       .jobs_per_child_max = 1,
                                       .limits = {}});
  for (auto _ : state) SIGLA_CHECK((*pool)->run("echo", {}).has_value());
}
BENCHMARK(BM_FreshChild)->UseRealTime();

}  // namespace
}  // namespace sigla

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "worker") {
    return sigla::run_worker_process(sigla::jobs());
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
