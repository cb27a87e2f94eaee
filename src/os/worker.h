// SPDX-License-Identifier: Apache-2.0
// Jobs in sandboxed child processes: the only place where hostile bytes are parsed.
//
// The parent keeps a pool of children (`sigla worker`, the same program re-executed) connected by a
// Unix socket. A job is a name, a small payload and some file descriptors; its result is a payload
// and some descriptors, or an Error. While a job runs the child may ask its parent for things
// (a symcache for module 7, a file to write the next archive entry to) by `WorkerContext::ask`.
//
// A child that crashes, hangs, runs out of memory or breaks a sandbox rule costs one job: run()
// returns an Error with the reason, the child is replaced, nobody else notices:
//   kMalformed      "worker crashed (SIGSEGV)", "worker broke the sandbox (SIGSYS)"
//   kLimitExceeded  wall time, processor time or memory, with the limit
//   kUnavailable    no child can be started
// The sandbox is os/sandbox.h; a kernel that lacks a part of it degrades with one warning.
// Files that come back from a child may be written to by it until it is gone (a job's end is not
// that): copy or check them, or map only files whose end cannot be cut off under the map.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "os/file.h"

namespace sigla {

struct WorkerMessage {
  std::string payload;
  std::vector<File> files;  // at most 16
};

// What a job sees of its parent. Used by one thread.
class WorkerContext {
 public:
  virtual ~WorkerContext() = default;
  // Sends a request to the parent's `on_request` and waits for the answer.
  // The time that the parent takes does not count as the job's.
  virtual Result<WorkerMessage> ask(std::string_view what, WorkerMessage request) = 0;
  virtual const Limits& limits() const = 0;
};

using WorkerJob =
    std::function<Result<WorkerMessage>(WorkerMessage request, WorkerContext& context)>;
// By job name. Every layer that parses adds its jobs here; app/ collects them for `sigla worker`.
using WorkerJobs = std::map<std::string, WorkerJob, std::less<>>;

// Answers what a running job asks. Called on the thread that called run().
using WorkerRequestHandler =
    std::function<Result<WorkerMessage>(std::string_view what, WorkerMessage request)>;

class WorkerPool {
 public:
  struct Options {
    std::vector<std::string> command;         // how to start a child: {"/proc/self/exe", "worker"}
    std::size_t size_min = 1;                 // children started ahead of any job
    std::size_t size_max = 2;                 // jobs at once; a further run() waits
    std::uint64_t jobs_per_child_max = 1000;  // then the child is replaced
    bool sandbox = true;                      // false only under AddressSanitizer
    Limits limits;
  };
  static Result<std::unique_ptr<WorkerPool>> start(Options options);
  virtual ~WorkerPool() = default;

  // Runs one job to its end; blocks. Thread-safe. `wall_time_max` zero means the Limits' default.
  virtual Result<WorkerMessage> run(std::string_view job,
                                    WorkerMessage request,
                                    const WorkerRequestHandler& on_request = {},
                                    std::chrono::milliseconds wall_time_max = {}) = 0;
};

// The child's side: takes its limits from the parent, enters the sandbox and serves jobs from the
// socket on descriptor 3 until the parent closes it. Returns the exit status for main().
// Requires: the process has one thread.
int run_worker_process(const WorkerJobs& jobs);

}  // namespace sigla
