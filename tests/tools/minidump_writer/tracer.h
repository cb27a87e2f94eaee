// SPDX-License-Identifier: Apache-2.0
// Runs a program under ptrace until a signal would kill it, with all its threads stopped then.
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/user.h>

#include <vector>

#include "base/result.h"

namespace sigla::snapshot {

struct TracedThread {
  pid_t id = 0;
  user_regs_struct registers{};
};

struct StoppedProcess {
  pid_t id = 0;
  pid_t crashed_thread = 0;
  siginfo_t signal{};
  std::vector<TracedThread> threads;
};

// Error kNotFound when the program ended by itself.
Result<StoppedProcess> run_until_crash(char** argv);
void kill_process(const StoppedProcess& process);

}  // namespace sigla::snapshot
