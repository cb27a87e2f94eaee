// SPDX-License-Identifier: Apache-2.0
// The child's side of os/worker.h.
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <new>

#include "base/log.h"
#include "os/sandbox.h"
#include "os/worker.h"
#include "os/worker_channel.h"
#include "os/worker_setup.h"

namespace sigla {
namespace {

constexpr int kChannelFd = 3;
// Free memory that is worth giving back to the system between jobs.
constexpr std::size_t kTrimSize = 1U << 20U;
// Heaps of the C library: threads of a job that share one wait for each other.
constexpr int kHeapCountMax = 8;

class Context final : public WorkerContext {
 public:
  Context(WorkerChannel& channel, const Limits& limits) : channel_(channel), limits_(limits) {}

  Result<WorkerMessage> ask(std::string_view what, WorkerMessage request) override {
    SIGLA_TRY(channel_.send(
        Frame{.kind = FrameKind::kAsk, .name = std::string(what), .content = std::move(request)}));
    SIGLA_TRY_ASSIGN(Frame answer, channel_.receive());
    SIGLA_CHECK(answer.kind == FrameKind::kAnswer);
    return std::move(answer.content);
  }
  const Limits& limits() const override { return limits_; }

 private:
  WorkerChannel& channel_;
  const Limits& limits_;
};

// The boundary where exceptions (the C++ library's, and those of libraries) become Errors.
Result<WorkerMessage> run_job(const WorkerJob& job, WorkerMessage request, WorkerContext& context) {
  try {
    return job(std::move(request), context);
  } catch (const std::bad_alloc&) {
    return make_error(ErrorCode::kLimitExceeded,
                      "out of memory (the limit is {} bytes)",
                      context.limits().worker_memory_size_max);
  } catch (const std::exception& exception) {
    return make_error(ErrorCode::kInternal, "unexpected exception: {}", exception.what());
  }
}

Result<WorkerMessage> serve(const WorkerJobs& jobs, Frame frame, Context& context) {
  SIGLA_CHECK(frame.kind == FrameKind::kJob && frame.content.has_value());
  const auto found = jobs.find(frame.name);
  if (found == jobs.end()) {
    return make_error(ErrorCode::kInternal, "no worker job is called '{}'", frame.name);
  }
  return run_job(found->second, std::move(frame.content).value(), context);
}

void return_free_memory() {
  if (::mallinfo2().fordblks > kTrimSize) ::malloc_trim(0);
}

// Best effort: when the system runs out of memory, it takes a worker rather than the server.
void volunteer_for_out_of_memory() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(fd, "1000", 4);
  ::close(fd);
}

Result<std::string> prepare(const WorkerSetup& setup) {
  // A parent that died before this is noticed by the socket's end.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno_error("PR_SET_PDEATHSIG");
  volunteer_for_out_of_memory();
  ::mallopt(M_ARENA_MAX, kHeapCountMax);
  if (!setup.sandbox) return std::string();
  SIGLA_TRY_ASSIGN(const std::vector<std::string> missing, enter_sandbox(setup.limits));
  std::string lines;
  for (const std::string& line : missing) lines += line + "\n";
  return lines;
}

Status serve_jobs(const WorkerJobs& jobs, WorkerChannel& channel, const Limits& limits) {
  Context context(channel, limits);
  while (true) {
    SIGLA_TRY_ASSIGN(Frame frame, channel.receive());
    SIGLA_TRY(limit_cpu_from_now(limits.worker_cpu_seconds_max));
    Result<WorkerMessage> result = serve(jobs, std::move(frame), context);
    if (result.has_value() && result->payload.size() > limits.worker_message_size_max) {
      result = make_error(ErrorCode::kLimitExceeded,
                          "the job's result of {} bytes is over the limit of {}",
                          result->payload.size(),
                          limits.worker_message_size_max);
    }
    SIGLA_TRY(
        channel.send(Frame{.kind = FrameKind::kResult, .name = {}, .content = std::move(result)}));
    return_free_memory();
  }
}

}  // namespace

int run_worker_process(const WorkerJobs& jobs) {
  int type = 0;
  socklen_t size = sizeof(type);
  if (::getsockopt(kChannelFd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    std::fputs("sigla: worker: this command is for sigla itself, not for people\n", stderr);
    return 2;
  }
  WorkerChannel channel(File(kChannelFd), Limits().worker_message_size_max);
  Result<Frame> frame = channel.receive();
  if (!frame.has_value()) return 0;
  SIGLA_CHECK(frame->kind == FrameKind::kSetup && frame->content.has_value());
  const WorkerSetup setup = WorkerSetup::from_payload(frame->content->payload);

  Result<std::string> missing = prepare(setup);
  Frame ready{.kind = FrameKind::kReady, .name = {}, .content = WorkerMessage{}};
  if (missing.has_value()) {
    ready.content->payload = *missing;
  } else {
    ready.content = std::move(missing).error();
  }
  if (!channel.send(ready).has_value() || !ready.content.has_value()) return 1;

  const Status end = serve_jobs(jobs, channel, setup.limits);
  if (end.error().code() == ErrorCode::kUnavailable) return 0;  // the parent has closed
  log_error("worker ends", {{"error", end.error().message()}});
  return 1;
}

}  // namespace sigla
