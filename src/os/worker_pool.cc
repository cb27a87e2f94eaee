// SPDX-License-Identifier: Apache-2.0
// The parent's side of os/worker.h.
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "os/child_process.h"
#include "os/worker.h"
#include "os/worker_channel.h"
#include "os/worker_setup.h"

namespace sigla {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartTimeMax{30};
// Between the end of a child's socket and the end of the child itself.
constexpr std::chrono::seconds kExitTimeMax{5};
constexpr std::chrono::seconds kRestartPause{1};

// Nothing that might be secret; TZ and LANG keep the C library from looking for files.
std::vector<std::string> worker_environment() {
  std::vector<std::string> result = {"TZ=UTC0", "LANG=C.UTF-8"};
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) result.push_back(fmt::format("{}={}", name, value));
  }
  return result;
}

// What a child's end means for its job.
Error describe_end(const ExitStatus& exit, const Limits& limits) {
  switch (exit.signal) {
    case 0:
      return malformed("worker ended in the middle of its job ({})", exit.describe());
    case SIGXCPU:
      return make_error(ErrorCode::kLimitExceeded,
                        "worker used more than the limit of {} s of processor time",
                        limits.worker_cpu_seconds_max);
    case SIGSYS:
      return malformed("worker broke the sandbox (SIGSYS)");
    case SIGKILL:
      return make_error(ErrorCode::kLimitExceeded,
                        "worker was killed from outside (SIGKILL): the system is out of memory?");
    default:
      return malformed("worker crashed ({})", exit.describe());
  }
}

// One child, idle or with one job.
class Worker {
 public:
  static Result<std::unique_ptr<Worker>> start(const WorkerPool::Options& options) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return errno_error("socketpair");
    }
    File ours(ends[0]);
    const File theirs(ends[1]);
    SIGLA_TRY_ASSIGN(
        ChildProcess process,
        ChildProcess::spawn({.command = options.command, .environment = worker_environment()},
                            theirs));
    return std::unique_ptr<Worker>(new Worker(std::move(process), std::move(ours), options.limits));
  }

  // The handshake: what the child's sandbox lacks, one a line.
  Result<std::string> prepare(bool sandbox) {
    Result<Frame> ready = exchange_setup({.limits = limits_, .sandbox = sandbox});
    if (!ready.has_value()) {
      const auto exit = process_.wait(std::chrono::milliseconds(100));
      if (exit.has_value()) return malformed("it ended at once ({})", exit->describe());
      return std::move(ready).error();
    }
    if (ready->kind != FrameKind::kReady) return malformed("worker protocol: not ready");
    SIGLA_TRY_ASSIGN(WorkerMessage message, std::move(ready->content));
    return std::move(message.payload);
  }

  bool is_usable() const { return !is_spent_ && channel_.is_quiet(); }
  std::uint64_t job_count() const { return job_count_; }

  Result<WorkerMessage> run(std::string_view job,
                            WorkerMessage request,
                            const WorkerRequestHandler& on_request,
                            std::chrono::milliseconds time_max) {
    ++job_count_;
    is_spent_ = true;  // unless the job comes to an orderly end
    auto deadline = Clock::now() + time_max;
    Status sent = channel_.send(
        Frame{.kind = FrameKind::kJob, .name = std::string(job), .content = std::move(request)},
        deadline);
    while (sent.has_value()) {
      Result<Frame> frame = channel_.receive(deadline);
      if (!frame.has_value()) {
        sent = std::move(frame).error();
      } else if (frame->kind == FrameKind::kResult) {
        is_spent_ = false;
        return std::move(frame->content);
      } else if (frame->kind == FrameKind::kAsk && frame->content.has_value()) {
        const auto asked = Clock::now();
        Frame answer{.kind = FrameKind::kAnswer,
                     .name = {},
                     .content = handle(on_request, std::move(*frame))};
        deadline += Clock::now() - asked;
        sent = channel_.send(answer, deadline);
      } else {
        sent = malformed("worker protocol: unexpected frame");
      }
    }
    return explain(std::move(sent).error(), Clock::now() >= deadline, time_max);
  }

 private:
  Worker(ChildProcess process, File socket, const Limits& limits)
      : process_(std::move(process)),
        channel_(std::move(socket), limits.worker_message_size_max),
        limits_(limits) {
    channel_.watch(process_.pid_fd());
  }

  Result<Frame> exchange_setup(const WorkerSetup& setup) {
    const auto deadline = Clock::now() + kStartTimeMax;
    SIGLA_TRY(
        channel_.send(Frame{.kind = FrameKind::kSetup,
                            .name = {},
                            .content = WorkerMessage{.payload = setup.payload(), .files = {}}},
                      deadline));
    return channel_.receive(deadline);
  }

  static Result<WorkerMessage> handle(const WorkerRequestHandler& on_request, Frame frame) {
    if (!on_request) {
      return make_error(ErrorCode::kInternal, "nobody answers what this job asks");
    }
    return on_request(frame.name, std::move(frame.content).value());
  }

  Error explain(Error error, bool is_out_of_time, std::chrono::milliseconds time_max) {
    if (error.code() == ErrorCode::kUnavailable && !is_out_of_time) {
      if (const auto exit = process_.wait(kExitTimeMax)) return describe_end(*exit, limits_);
    }
    process_.kill();
    if (is_out_of_time) {
      return make_error(
          ErrorCode::kLimitExceeded, "worker took more than the limit of {} ms", time_max.count());
    }
    return error;
  }

  ChildProcess process_;
  WorkerChannel channel_;
  Limits limits_;
  std::uint64_t job_count_ = 0;
  bool is_spent_ = false;
};

class Pool final : public WorkerPool {
 public:
  explicit Pool(Options options) : options_(std::move(options)) {
    spawner_ = std::thread([this] { spawn_until_stopped(); });
  }

  ~Pool() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    spawner_wakes_.notify_all();
    spawner_.join();
    SIGLA_CHECK(busy_count_ == 0);
  }

  Result<WorkerMessage> run(std::string_view job,
                            WorkerMessage request,
                            const WorkerRequestHandler& on_request,
                            std::chrono::milliseconds wall_time_max) override {
    if (wall_time_max <= std::chrono::milliseconds::zero()) {
      wall_time_max = std::chrono::seconds(options_.limits.worker_wall_seconds_max);
    }
    SIGLA_TRY_ASSIGN(std::unique_ptr<Worker> worker, take());
    auto result = worker->run(job, std::move(request), on_request, wall_time_max);
    give_back(std::move(worker));
    return result;
  }

 private:
  // A living child of its own for the caller.
  Result<std::unique_ptr<Worker>> take() {
    std::vector<std::unique_ptr<Worker>> dead;  // they are reaped without the lock
    std::unique_lock lock(mutex_);
    ++waiting_count_;
    const std::uint64_t failures_before = start_failure_count_;
    while (true) {
      while (!idle_.empty()) {
        std::unique_ptr<Worker> worker = std::move(idle_.back());
        idle_.pop_back();
        if (worker->is_usable()) {
          --waiting_count_;
          ++busy_count_;
          return worker;
        }
        --child_count_;
        dead.push_back(std::move(worker));
      }
      if (start_failure_count_ != failures_before) {
        --waiting_count_;
        return Error(ErrorCode::kUnavailable, start_failure_);
      }
      spawner_wakes_.notify_one();
      worker_is_there_.wait(lock);
    }
  }

  void give_back(std::unique_ptr<Worker> worker) {
    const bool is_kept = worker->is_usable() && worker->job_count() < options_.jobs_per_child_max;
    {
      const std::lock_guard lock(mutex_);
      --busy_count_;
      if (is_kept) {
        idle_.push_back(std::move(worker));
      } else {
        --child_count_;
      }
    }
    if (is_kept) {
      worker_is_there_.notify_one();
    } else {
      spawner_wakes_.notify_one();
    }
  }

  std::size_t wanted_count() const {
    return std::min(options_.size_max, std::max(options_.size_min, busy_count_ + waiting_count_));
  }

  // All children come from this one thread: the kernel ends a child together with the thread (not
  // the process) that started it.
  void spawn_until_stopped() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      if (child_count_ >= wanted_count()) {
        spawner_wakes_.wait(lock);
        continue;
      }
      ++child_count_;
      lock.unlock();
      Result<std::unique_ptr<Worker>> worker = start_one();
      lock.lock();
      if (worker.has_value()) {
        idle_.push_back(std::move(worker).value());
        worker_is_there_.notify_one();
        continue;
      }
      --child_count_;
      ++start_failure_count_;
      start_failure_ = worker.error().message();
      worker_is_there_.notify_all();
      spawner_wakes_.wait_for(lock, kRestartPause, [this] { return is_stopping_; });
    }
  }

  Result<std::unique_ptr<Worker>> start_one() {
    auto worker = Worker::start(options_);
    Result<std::string> missing = std::string();
    if (worker.has_value()) missing = (*worker)->prepare(options_.sandbox);
    Error* error = !worker.has_value()    ? &worker.error()
                   : !missing.has_value() ? &missing.error()
                                          : nullptr;
    if (error != nullptr) {
      log_error("a worker process does not start", {{"error", error->message()}});
      return std::move(*error).in("start a worker process");
    }
    if (!missing->empty() && !has_warned_) {
      has_warned_ = true;
      log_warning("the sandbox of worker processes is incomplete on this system",
                  {{"missing", *missing}});
    }
    return worker;
  }

  Options options_;
  std::mutex mutex_;
  std::condition_variable worker_is_there_;
  std::condition_variable spawner_wakes_;
  std::vector<std::unique_ptr<Worker>> idle_;  // the last one ran most recently
  std::size_t child_count_ = 0;                // idle, busy or starting
  std::size_t busy_count_ = 0;
  std::size_t waiting_count_ = 0;
  std::uint64_t start_failure_count_ = 0;
  std::string start_failure_;
  bool is_stopping_ = false;
  bool has_warned_ = false;
  std::thread spawner_;
};

}  // namespace

Result<std::unique_ptr<WorkerPool>> WorkerPool::start(Options options) {
  if (options.command.empty() || options.size_max == 0 || options.size_min > options.size_max) {
    return make_error(ErrorCode::kInvalidArgument,
                      "worker pool: {} to {} processes cannot be",
                      options.size_min,
                      options.size_max);
  }
  return std::unique_ptr<WorkerPool>(std::make_unique<Pool>(std::move(options)));
}

}  // namespace sigla
