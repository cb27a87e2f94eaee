// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace sigla {
namespace {

// The two structures of posix_spawn, which need freeing.
struct SpawnSetup {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnSetup() {
    SIGLA_CHECK(posix_spawn_file_actions_init(&files) == 0);
    SIGLA_CHECK(posix_spawnattr_init(&attributes) == 0);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }

  void prepare(int channel_fd) {
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, channel_fd, 3);
    posix_spawn_file_actions_addclosefrom_np(&files, 4);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::string ExitStatus::describe() const {
  if (signal == 0) return fmt::format("exit status {}", code);
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

Result<ChildProcess> ChildProcess::spawn(const Options& options, const File& channel) {
  SIGLA_CHECK(!options.command.empty());
  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = options.environment;
  SpawnSetup setup;
  setup.prepare(channel.fd());
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid,
                                  command.front().c_str(),
                                  &setup.files,
                                  &setup.attributes,
                                  pointers(command).data(),
                                  pointers(environment).data());
  if (error != 0) {
    errno = error;
    return errno_error(fmt::format("start {}", command.front()));
  }
  // Not pidfd_open(): the header of glibc 2.36 forgets extern "C".
  const int pid_fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
  ChildProcess child(pid, File(pid_fd));
  if (pid_fd < 0) return errno_error("pidfd_open");
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::move(other.pid_fd_)),
      exit_(std::exchange(other.exit_, std::nullopt)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pid_fd_, other.pid_fd_);
  std::swap(exit_, other.exit_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || exit_.has_value()) return;
  kill();
  wait();
}

void ChildProcess::kill() {
  // Its number cannot have been given to another process, since it was not reaped.
  if (pid_ > 0 && !exit_.has_value()) ::kill(pid_, SIGKILL);
}

std::optional<ExitStatus> ChildProcess::wait(std::chrono::milliseconds time_max) {
  if (exit_.has_value()) return exit_;
  pollfd poll_fd{.fd = pid_fd_.fd(), .events = POLLIN, .revents = 0};
  if (::poll(&poll_fd, 1, static_cast<int>(time_max.count())) <= 0) return std::nullopt;
  return wait();
}

ExitStatus ChildProcess::wait() {
  if (exit_.has_value()) return *exit_;
  int status = 0;
  pid_t reaped = -1;
  do {
    reaped = ::waitpid(pid_, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  SIGLA_CHECK(reaped == pid_);
  exit_ = WIFSIGNALED(status) ? ExitStatus{.signal = WTERMSIG(status), .code = 0}
                              : ExitStatus{.signal = 0, .code = WEXITSTATUS(status)};
  return *exit_;
}

}  // namespace sigla
