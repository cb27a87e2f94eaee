// SPDX-License-Identifier: Apache-2.0
#include "minidump_writer/tracer.h"

#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/text.h"
#include "minidump_writer/process_memory.h"

namespace sigla::snapshot {
namespace {

bool is_fatal(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGILL:
    case SIGFPE:
    case SIGBUS:
    case SIGSYS:
      return true;
    default:
      return false;
  }
}

// The program has a handler for the signal: Java's machine reads through null pointers, and goes
// on.
bool is_caught(pid_t thread, int signal) {
  const std::string status = read_proc(fmt::format("/proc/{}/status", thread));
  constexpr std::string_view kLabel = "SigCgt:\t";
  const std::size_t at = status.find(kLabel);
  if (at == std::string::npos) return false;
  const auto mask = parse_hex(std::string_view(status).substr(at + kLabel.size(), 16));
  return mask && (*mask >> static_cast<unsigned>(signal - 1) & 1U) != 0;
}

// ptrace() takes integers where its prototype says pointers.
void* as_pointer(std::uintptr_t value) {
  void* pointer = nullptr;
  static_assert(sizeof(pointer) == sizeof(value));
  __builtin_memcpy(&pointer, &value, sizeof(pointer));
  return pointer;
}

class Tracer {
 public:
  Result<StoppedProcess> run(char** argv) {
    const pid_t child = fork();
    if (child < 0) return errno_error("fork");
    if (child == 0) {
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      execvp(argv[0], argv);
      _exit(127);
    }
    int status = 0;
    if (waitpid(child, &status, __WALL) != child || !WIFSTOPPED(status)) {
      return make_error(ErrorCode::kUnavailable, "{} cannot be started", argv[0]);
    }
    const std::uintptr_t options = PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    ptrace(PTRACE_SETOPTIONS, child, nullptr, as_pointer(options));
    threads_.insert(child);
    resume(child, 0);
    return wait_for_crash(child);
  }

 private:
  static void resume(pid_t thread, int signal) {
    ptrace(PTRACE_CONT, thread, nullptr, as_pointer(static_cast<std::uintptr_t>(signal)));
  }

  Result<StoppedProcess> wait_for_crash(pid_t process) {
    while (true) {
      int status = 0;
      const pid_t thread = waitpid(-1, &status, __WALL);
      if (thread < 0 && errno == EINTR) continue;
      if (thread < 0) return make_error(ErrorCode::kNotFound, "the program ended without a crash");
      if (!WIFSTOPPED(status)) {
        threads_.erase(thread);
        continue;
      }
      const int signal = WSTOPSIG(status);
      const bool is_new = threads_.insert(thread).second;
      const bool is_event = signal == SIGTRAP || (is_new && signal == SIGSTOP);
      if (!is_event && is_fatal(signal) && !is_caught(thread, signal))
        return stop_all(process, thread);
      resume(thread, is_event ? 0 : signal);
    }
  }

  Result<StoppedProcess> stop_all(pid_t process, pid_t crashed) {
    StoppedProcess stopped;
    stopped.id = process;
    stopped.crashed_thread = crashed;
    if (ptrace(PTRACE_GETSIGINFO, crashed, nullptr, &stopped.signal) != 0) {
      return errno_error("PTRACE_GETSIGINFO");
    }
    for (const pid_t thread : threads_) {
      if (thread != crashed) {
        syscall(SYS_tgkill, process, thread, SIGSTOP);
        int status = 0;
        if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) continue;
      }
      TracedThread traced;
      traced.id = thread;
      if (ptrace(PTRACE_GETREGS, thread, nullptr, &traced.registers) != 0) continue;
      stopped.threads.push_back(traced);
    }
    return stopped;
  }

  std::set<pid_t> threads_;
};

}  // namespace

Result<StoppedProcess> run_until_crash(char** argv) { return Tracer().run(argv); }

void kill_process(const StoppedProcess& process) {
  kill(process.id, SIGKILL);
  // The main thread's end is told only once those of all the others were taken.
  while (waitpid(-1, nullptr, __WALL) > 0 || errno == EINTR) {
  }
}

}  // namespace sigla::snapshot
