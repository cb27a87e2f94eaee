// SPDX-License-Identifier: Apache-2.0
// The test program is its own worker: with the argument "worker" it serves the real jobs, with
// accidents added: files named crash-me and hang-me do that to the worker that reports them, and
// crash-inside when it reports what is in them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "convert/symcache_job.h"
#include "ingest/unpack_job.h"
#include "ingest/unpack_message.h"

namespace sigla {
namespace {

class AccidentProneContext final : public WorkerContext {
 public:
  explicit AccidentProneContext(WorkerContext& context) : context_(context) {}
  Result<WorkerMessage> ask(std::string_view what, WorkerMessage request) override {
    if (what == "report" && request.payload.find("crash-me") != std::string::npos) std::abort();
    if (what == "report" && request.payload.find("crash-inside.dll!/") != std::string::npos) {
      std::abort();
    }
    if (what == "report" && request.payload.find("hang-me") != std::string::npos) {
      for (volatile bool forever = true; forever;) {
      }
    }
    return context_.ask(what, std::move(request));
  }
  const Limits& limits() const override { return context_.limits(); }

 private:
  WorkerContext& context_;
};

WorkerJobs make_jobs() {
  WorkerJobs jobs;
  add_ingest_jobs(jobs);
  add_convert_jobs(jobs);
  WorkerJob& unpack = jobs[std::string(kUnpackJob)];
  unpack = [real = unpack](WorkerMessage request, WorkerContext& context) {
    AccidentProneContext accident_prone(context);
    return real(std::move(request), accident_prone);
  };
  return jobs;
}

}  // namespace
}  // namespace sigla

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "worker") {
    return sigla::run_worker_process(sigla::make_jobs());
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
