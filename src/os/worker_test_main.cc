// SPDX-License-Identifier: Apache-2.0
// The test program is its own worker: with the argument "worker" it serves the jobs below, most of
// which misbehave on purpose.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <latch>
#include <mutex>
#include <new>
#include <set>
#include <thread>

#include "base/parallel.h"
#include "base/text.h"
#include "os/worker.h"

namespace sigla {
namespace {

WorkerMessage text(std::string payload) {
  return WorkerMessage{.payload = std::move(payload), .files = {}};
}

std::size_t number(const WorkerMessage& request) {
  return parse_decimal(request.payload).value_or(0);
}

// "OK" or the errno of a call that ought to fail.
Result<WorkerMessage> outcome(long result) {
  return text(result >= 0 ? std::string("OK") : std::string(::strerrorname_np(errno)));
}

Result<WorkerMessage> crash(WorkerMessage, WorkerContext&) {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
  return text("not reached");
}

// Recursion that a compiler can neither see through nor flatten.
std::size_t descend(std::size_t depth) {
  volatile char block[4096];
  block[depth % sizeof(block)] = 1;
  const std::size_t below = depth == 0 ? 0 : descend(depth - 1);
  return below + static_cast<std::size_t>(block[depth % sizeof(block)]);
}

Result<WorkerMessage> overflow_the_stack(WorkerMessage, WorkerContext&) {
  return text(std::to_string(descend(SIZE_MAX)));
}

Result<WorkerMessage> spin(WorkerMessage, WorkerContext&) {
  std::atomic<std::uint64_t> turns = 0;
  while (true) ++turns;
}

Result<WorkerMessage> burn_ms(WorkerMessage request, WorkerContext&) {
  const std::clock_t end =
      std::clock() + static_cast<std::clock_t>(number(request)) * (CLOCKS_PER_SEC / 1000);
  while (std::clock() < end) {
  }
  return text("burnt");
}

Result<WorkerMessage> allocate(WorkerMessage request, WorkerContext&) {
  std::vector<std::unique_ptr<char[]>> blocks;
  const std::size_t size = number(request);
  for (std::size_t total = 0; total < size; total += 1U << 20U) {
    blocks.push_back(std::make_unique<char[]>(1U << 20U));
  }
  return text("allocated");
}

Result<WorkerMessage> write_much(WorkerMessage request, WorkerContext&) {
  const Buffer block(1U << 20U);
  for (int i = 0; i < 64; ++i) SIGLA_TRY(request.files.at(0).write_all(block));
  return text("written");
}

// Writes its payload into the first file, reads the second, and returns a file of its own.
Result<WorkerMessage> use_files(WorkerMessage request, WorkerContext&) {
  SIGLA_TRY(request.files.at(0).write_all(as_bytes(request.payload)));
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(request.files.at(1)));
  SIGLA_TRY_ASSIGN(File result, File::create_in_memory("result"));
  SIGLA_TRY(result.write_all(mapped.bytes()));
  WorkerMessage message = text("two files used");
  message.files.push_back(std::move(result));
  return message;
}

Result<WorkerMessage> ask_thrice(WorkerMessage request, WorkerContext& context) {
  std::string all;
  for (int i = 0; i < 3; ++i) {
    SIGLA_TRY_ASSIGN(const WorkerMessage answer,
                     context.ask("more", text(request.payload + std::to_string(i))));
    all += answer.payload;
    if (!answer.files.empty()) all += "+";
  }
  const auto refused = context.ask("impossible", {});
  return text(all + refused.error().message());
}

// How many threads a job could have at once, and what they computed together.
Result<WorkerMessage> use_threads(WorkerMessage request, WorkerContext&) {
  std::atomic<std::size_t> sum = 0;
  std::set<std::thread::id> ids;
  std::mutex mutex;
  std::latch all_there(static_cast<std::ptrdiff_t>(number(request)));
  parallel_for(
      static_cast<unsigned>(number(request)), number(request), [&](unsigned, std::size_t i) {
        sum += Buffer(i << 10U).size();
        {
          const std::lock_guard lock(mutex);
          ids.insert(std::this_thread::get_id());
        }
        all_there.arrive_and_wait();
      });
  return text(fmt::format("{} threads, {}", ids.size(), sum.load()));
}

Result<WorkerMessage> fail_in_a_thread(WorkerMessage, WorkerContext&) {
  parallel_for(4, 8, [](unsigned, std::size_t i) {
    if (i == 5) throw std::bad_alloc();
  });
  return text("not reached");
}

Result<WorkerMessage> sleep_ms(WorkerMessage request, WorkerContext&) {
  std::this_thread::sleep_for(std::chrono::milliseconds(number(request)));
  return text("slept");
}

Result<WorkerMessage> raise_limits(WorkerMessage, WorkerContext&) {
  const rlimit all{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  return outcome(::setrlimit(RLIMIT_DATA, &all));
}

Result<WorkerMessage> map_executable(WorkerMessage, WorkerContext&) {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return outcome(page == MAP_FAILED ? -1 : 0);
}

WorkerJobs make_jobs() {
  WorkerJobs jobs;
  jobs["echo"] = [](WorkerMessage request, WorkerContext&) -> Result<WorkerMessage> {
    return request;
  };
  jobs["error"] = [](WorkerMessage request, WorkerContext&) -> Result<WorkerMessage> {
    return make_error(ErrorCode::kUnsupported, "cannot do '{}'", request.payload);
  };
  jobs["pid"] = [](WorkerMessage, WorkerContext&) -> Result<WorkerMessage> {
    return text(std::to_string(::getpid()));
  };
  jobs["throw"] = [](WorkerMessage, WorkerContext&) -> Result<WorkerMessage> {
    return text(std::string().substr(1));
  };
  jobs["abort"] = [](WorkerMessage, WorkerContext&) -> Result<WorkerMessage> { std::abort(); };
  jobs["exit"] = [](WorkerMessage, WorkerContext&) -> Result<WorkerMessage> { ::_exit(3); };
  jobs["open"] = [](WorkerMessage request, WorkerContext&) {
    return outcome(::open(request.payload.c_str(), O_RDONLY));
  };
  jobs["socket"] = [](WorkerMessage, WorkerContext&) {
    return outcome(::socket(AF_INET, SOCK_STREAM, 0));
  };
  jobs["fork"] = [](WorkerMessage, WorkerContext&) { return outcome(::fork()); };
  jobs["exec"] = [](WorkerMessage, WorkerContext&) {
    return outcome(::execl("/bin/true", "true", nullptr));
  };
  jobs["kill_parent"] = [](WorkerMessage, WorkerContext&) {
    return outcome(::kill(::getppid(), SIGTERM));
  };
  jobs["garbage"] = [](WorkerMessage, WorkerContext&) -> Result<WorkerMessage> {
    const Buffer bytes(1000, 0xee);
    return outcome(::write(3, bytes.data(), bytes.size()));
  };
  jobs["crash"] = crash;
  jobs["overflow_the_stack"] = overflow_the_stack;
  jobs["spin"] = spin;
  jobs["burn_ms"] = burn_ms;
  jobs["allocate"] = allocate;
  jobs["write_much"] = write_much;
  jobs["use_files"] = use_files;
  jobs["ask_thrice"] = ask_thrice;
  jobs["use_threads"] = use_threads;
  jobs["fail_in_a_thread"] = fail_in_a_thread;
  jobs["clone_process"] = [](WorkerMessage, WorkerContext&) {
    return outcome(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  };
  jobs["sleep_ms"] = sleep_ms;
  jobs["raise_limits"] = raise_limits;
  jobs["map_executable"] = map_executable;
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
