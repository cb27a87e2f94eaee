// SPDX-License-Identifier: Apache-2.0
// Takes everything from the calling process that reading hostile bytes does not need.
//
// In this order: root becomes nobody (where the system lets it), no core dumps, no tracing by
// others, killed when the parent dies, resource limits, Landlock without a rule, a seccomp
// allow-list. Afterwards the process reads and writes descriptors that it has or is sent, computes,
// with several threads if it likes, and ends. All of it is for good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace sigla {

// Requires: the process has one thread. Returns what this system could not give, in words
// ("Landlock"); the rest is in force. An Error means that the process must not go on.
Result<std::vector<std::string>> enter_sandbox(const Limits& limits);

// Kills the process (SIGXCPU) when it uses more than that much processor time from now on.
// Works inside the sandbox, where it can be called again and again.
Status limit_cpu_from_now(std::uint32_t seconds);

}  // namespace sigla
