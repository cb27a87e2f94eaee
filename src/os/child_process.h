// SPDX-License-Identifier: Apache-2.0
// A child process that dies with its owner and says afterwards how it ended.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace sigla {

struct ExitStatus {
  int signal = 0;  // 0: it exited by itself
  int code = 0;
  // "SIGSEGV" or "exit status 3".
  std::string describe() const;
};

// Movable; the destructor kills what still runs, and reaps. Used by one thread at a time.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;      // a path (PATH is not searched) and its arguments
    std::vector<std::string> environment;  // NAME=value; the child sees no other variable
  };

  // Starts the command with `channel` as descriptor 3, our standard error as 1 and 2, an empty
  // standard input and nothing else open, in a process group of its own (so that Ctrl-C reaches us
  // alone), with default signal handling.
  static Result<ChildProcess> spawn(const Options& options, const File& channel);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // Readable once the process has ended.
  int pid_fd() const { return pid_fd_.fd(); }
  // SIGKILL.
  void kill();
  // Its end, when it comes within the time.
  std::optional<ExitStatus> wait(std::chrono::milliseconds time_max);
  ExitStatus wait();

 private:
  ChildProcess(pid_t pid, File pid_fd) : pid_(pid), pid_fd_(std::move(pid_fd)) {}

  pid_t pid_ = -1;
  File pid_fd_;
  std::optional<ExitStatus> exit_;
};

}  // namespace sigla
