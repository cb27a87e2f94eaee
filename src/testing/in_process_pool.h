// SPDX-License-Identifier: Apache-2.0
// A WorkerPool for tests that runs the real jobs in this process, without sandbox or children.
//
//   InProcessPool pool(add_part_job);
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "os/worker.h"

namespace sigla {

class InProcessPool : public WorkerPool {
 public:
  // Each one adds a job.
  template <typename... Adders>
  explicit InProcessPool(Adders... adders) {
    (adders(jobs_), ...);
  }
  Result<WorkerMessage> run(std::string_view job,
                            WorkerMessage request,
                            const WorkerRequestHandler& on_request,
                            std::chrono::milliseconds) override {
    Context context(on_request);
    return jobs_.at(std::string(job))(std::move(request), context);
  }

 private:
  class Context : public WorkerContext {
   public:
    explicit Context(const WorkerRequestHandler& handler) : handler_(handler) {}
    Result<WorkerMessage> ask(std::string_view what, WorkerMessage request) override {
      if (!handler_) return make_error(ErrorCode::kInternal, "nothing to ask");
      return handler_(what, std::move(request));
    }
    const Limits& limits() const override { return limits_; }

   private:
    const WorkerRequestHandler& handler_;
    Limits limits_;
  };

  WorkerJobs jobs_;
};

}  // namespace sigla
