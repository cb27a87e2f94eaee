// SPDX-License-Identifier: Apache-2.0
#include "os/worker.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using std::chrono::milliseconds;

// Sanitizers need memory and system calls that the sandbox takes away.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSandbox = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSandbox = false;
#else
constexpr bool kSandbox = true;
#endif
#else
constexpr bool kSandbox = true;
#endif

pid_t as_pid(const std::string& text) {
  return static_cast<pid_t>(parse_decimal(text).value_or(0));
}

class WorkerPoolTest : public testing::Test {
 protected:
  WorkerPoolTest() {
    options_.command = {"/proc/self/exe", "worker"};
    options_.sandbox = kSandbox;
    options_.limits.worker_memory_size_max = 256U << 20U;
    options_.limits.worker_cpu_seconds_max = 1;
    options_.limits.worker_wall_seconds_max = 30;
    options_.limits.entry_size_max = 16U << 20U;
    options_.limits.worker_message_size_max = 32U << 20U;
  }

  WorkerPool& pool() {
    if (pool_ == nullptr) {
      auto started = WorkerPool::start(options_);
      EXPECT_THAT(started, IsOk());
      pool_ = std::move(started).value();
    }
    return *pool_;
  }
  Result<std::string> run(std::string_view job, std::string payload = {}) {
    auto result = pool().run(job, {.payload = std::move(payload), .files = {}});
    if (!result.has_value()) return std::move(result).error();
    return std::move(result->payload);
  }
  // The next job runs as if nothing had happened.
  void expect_alive() { EXPECT_THAT(run("echo", "alive"), IsOkAnd(testing::Eq("alive"))); }
  void expect_failure(std::string_view job, ErrorCode code, std::string_view reason) {
    EXPECT_THAT(run(job), IsError(code, reason));
    expect_alive();
  }

  WorkerPool::Options options_;
  std::unique_ptr<WorkerPool> pool_;
};

TEST_F(WorkerPoolTest, RunsJobsAndPassesTheirErrors) {
  EXPECT_THAT(run("echo", "hello"), IsOkAnd(testing::Eq("hello")));
  EXPECT_THAT(run("echo", ""), IsOkAnd(testing::Eq("")));
  EXPECT_THAT(run("error", "x"), IsError(ErrorCode::kUnsupported, "cannot do 'x'"));
  EXPECT_THAT(run("nonsense"), IsError(ErrorCode::kInternal, "no worker job is called 'nonsense'"));
  EXPECT_THAT(run("throw"), IsError(ErrorCode::kInternal, "unexpected exception"));
}

TEST_F(WorkerPoolTest, CarriesMessagesOfManyMegabytes) {
  std::string payload(8U << 20U, 'a');
  for (std::size_t i = 0; i < payload.size(); i += 997) payload[i] = static_cast<char>(i);
  EXPECT_THAT(run("echo", payload), IsOkAnd(testing::Eq(payload)));
  EXPECT_THAT(run("echo", std::string((32U << 20U) + 1, 'a')),
              IsError(ErrorCode::kLimitExceeded, "over the limit of 33554432"));
  expect_alive();
}

TEST_F(WorkerPoolTest, PassesFilesBothWays) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory folder, TempDirectory::create());
  ASSERT_OK_AND_ASSIGN(const File output, File::create_unnamed(folder.path()));
  ASSERT_OK_AND_ASSIGN(File input, File::create_in_memory("input"));
  ASSERT_THAT(input.write_all(as_bytes("what is in the file")), IsOk());
  WorkerMessage request{.payload = "for the output", .files = {}};
  ASSERT_OK_AND_ASSIGN(File output_copy, output.duplicate());
  request.files.push_back(std::move(output_copy));
  request.files.push_back(std::move(input));
  ASSERT_OK_AND_ASSIGN(const WorkerMessage result, pool().run("use_files", std::move(request)));
  ASSERT_EQ(result.files.size(), 1U);
  Buffer buffer(100);
  EXPECT_THAT(result.files[0].read_at(buffer, 0), IsOkAnd(testing::Eq(19U)));
  EXPECT_EQ(as_text(Bytes(buffer).first(19)), "what is in the file");
  EXPECT_THAT(output.read_at(buffer, 0), IsOkAnd(testing::Eq(14U)));
  EXPECT_EQ(as_text(Bytes(buffer).first(14)), "for the output");
}

TEST_F(WorkerPoolTest, AnswersWhatAJobAsks) {
  const auto caller = std::this_thread::get_id();
  const auto handler = [&](std::string_view what, WorkerMessage request) -> Result<WorkerMessage> {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    if (what != "more") return make_error(ErrorCode::kNotFound, "no {}", what);
    WorkerMessage answer{.payload = "<" + request.payload + ">", .files = {}};
    SIGLA_TRY_ASSIGN(File file, File::create_in_memory("answer"));
    answer.files.push_back(std::move(file));
    return answer;
  };
  ASSERT_OK_AND_ASSIGN(const WorkerMessage result,
                       pool().run("ask_thrice", {.payload = "q", .files = {}}, handler));
  EXPECT_EQ(result.payload, "<q0>+<q1>+<q2>+no impossible");
  EXPECT_THAT(run("ask_thrice"), IsError(ErrorCode::kInternal, "nobody answers"));
}

TEST_F(WorkerPoolTest, DoesNotCountTheTimeOfItsOwnAnswers) {
  const auto handler = [](std::string_view what, WorkerMessage) -> Result<WorkerMessage> {
    std::this_thread::sleep_for(milliseconds(150));
    if (what == "impossible") return make_error(ErrorCode::kNotFound, "at last");
    return WorkerMessage{};
  };
  const auto result = pool().run("ask_thrice", {}, handler, milliseconds(300));
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->payload, "at last");
}

TEST_F(WorkerPoolTest, LosesOneJobToACrash) {
  expect_failure("crash", ErrorCode::kMalformed, kSandbox ? "worker crashed (SIGSEGV)" : "worker");
  expect_failure("exit", ErrorCode::kMalformed, "middle of its job (exit status 3)");
  expect_failure("garbage", ErrorCode::kMalformed, "worker protocol: invalid header");
}

TEST_F(WorkerPoolTest, LosesOneJobToAnAbort) {
  expect_failure("abort", ErrorCode::kMalformed, "worker crashed (SIGABRT)");
}

TEST_F(WorkerPoolTest, EndsAJobThatHangs) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(pool().run("sleep_ms", {.payload = "60000", .files = {}}, {}, milliseconds(200)),
              IsError(ErrorCode::kLimitExceeded, "worker took more than the limit of 200 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  expect_alive();
}

TEST_F(WorkerPoolTest, EndsAJobThatSpins) {
  expect_failure("spin",
                 ErrorCode::kLimitExceeded,
                 "worker used more than the limit of 1 s of processor time");
}

TEST_F(WorkerPoolTest, RunsJobsInParallelAndNoMoreThanAllowed) {
  pool();  // made by one thread
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      if (run("sleep_ms", "100").has_value()) ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 6);
  // Six jobs of 100 ms, two at a time.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(300));
}

TEST_F(WorkerPoolTest, ReplacesAChildAfterItsShareOfJobs) {
  options_.jobs_per_child_max = 2;
  options_.size_max = 1;
  ASSERT_OK_AND_ASSIGN(const std::string first, run("pid"));
  EXPECT_THAT(run("pid"), IsOkAnd(testing::Eq(first)));
  EXPECT_THAT(run("pid"), IsOkAnd(testing::Ne(first)));
}

TEST_F(WorkerPoolTest, ReplacesAChildThatDiedIdle) {
  options_.size_max = 1;
  ASSERT_OK_AND_ASSIGN(const std::string first, run("pid"));
  ::kill(as_pid(first), SIGKILL);
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_THAT(run("pid"), IsOkAnd(testing::Ne(first)));
}

TEST_F(WorkerPoolTest, TakesItsChildrenAlong) {
  ASSERT_OK_AND_ASSIGN(const std::string pid, run("pid"));
  pool_.reset();
  EXPECT_EQ(::kill(as_pid(pid), 0), -1);
}

TEST_F(WorkerPoolTest, SaysWhyNoChildStarts) {
  options_.command = {"/does/not/exist"};
  EXPECT_THAT(run("echo"), IsError(ErrorCode::kUnavailable, "start /does/not/exist"));
  pool_.reset();
  options_.command = {"/bin/false"};
  EXPECT_THAT(run("echo"), IsError(ErrorCode::kUnavailable, "it ended at once (exit status 1)"));
  options_.size_max = 0;
  EXPECT_THAT(WorkerPool::start(options_), IsError(ErrorCode::kInvalidArgument, "1 to 0"));
}

TEST_F(WorkerPoolTest, RunsThreadsInsideAJob) {
  EXPECT_THAT(run("use_threads", "4"), IsOkAnd(testing::Eq("4 threads, 6144")));
  EXPECT_THAT(run("fail_in_a_thread"), IsError(ErrorCode::kLimitExceeded, "out of memory"));
}

class SandboxTest : public WorkerPoolTest {
 protected:
  void SetUp() override {
    if (!kSandbox) GTEST_SKIP() << "sanitizers run without the sandbox";
  }
};

TEST_F(SandboxTest, RefusesMoreMemoryThanAllowedAndLivesOn) {
  options_.size_max = 1;
  ASSERT_OK_AND_ASSIGN(const std::string pid, run("pid"));
  EXPECT_THAT(run("allocate", "100000000"), IsOkAnd(testing::Eq("allocated")));
  EXPECT_THAT(run("allocate", "1000000000"),
              IsError(ErrorCode::kLimitExceeded, "out of memory (the limit is 268435456 bytes)"));
  EXPECT_THAT(run("pid"), IsOkAnd(testing::Eq(pid)));
}

TEST_F(SandboxTest, LosesOneJobToAStackOverflow) {
  expect_failure("overflow_the_stack", ErrorCode::kMalformed, "worker crashed (SIGSEGV)");
}

TEST_F(SandboxTest, OpensNoFile) {
  EXPECT_THAT(run("open", "/etc/passwd"), IsOkAnd(testing::Eq("EACCES")));
  EXPECT_THAT(run("open", "/"), IsOkAnd(testing::Eq("EACCES")));
  EXPECT_THAT(run("open", "/proc/self/status"), IsOkAnd(testing::Eq("EACCES")));
}

TEST_F(SandboxTest, OpensNoSocketAndStartsNoProcess) {
  expect_failure("socket", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
  expect_failure("fork", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
  expect_failure("clone_process", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
  expect_failure("exec", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
  expect_failure("kill_parent", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
  expect_failure("map_executable", ErrorCode::kMalformed, "worker broke the sandbox (SIGSYS)");
}

TEST_F(SandboxTest, WritesNoMoreThanAllowed) {
  ASSERT_OK_AND_ASSIGN(File file, File::create_in_memory("test"));
  WorkerMessage request;
  request.files.push_back(std::move(file));
  EXPECT_THAT(pool().run("write_much", std::move(request)),
              IsError(ErrorCode::kNoSpace, "File too large"));
  expect_alive();
}

TEST_F(SandboxTest, CannotRaiseItsLimits) {
  EXPECT_THAT(run("raise_limits"), IsOkAnd(testing::Eq("EPERM")));
}

TEST_F(SandboxTest, CountsProcessorTimePerJob) {
  options_.size_max = 1;
  // Each job stays under the limit of one second; together they are over it.
  ASSERT_OK_AND_ASSIGN(const std::string pid, run("pid"));
  for (int i = 0; i < 4; ++i) EXPECT_THAT(run("burn_ms", "600"), IsOk());
  EXPECT_THAT(run("pid"), IsOkAnd(testing::Eq(pid)));
}

}  // namespace
}  // namespace sigla
