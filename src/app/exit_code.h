// SPDX-License-Identifier: Apache-2.0
// What the program's exit status means, and the one table from ErrorCode to it.
#pragma once

#include "base/result.h"

namespace sigla::app {

enum ExitCode : int {
  kExitDone = 0,
  kExitNo = 1,           // the answer is "no": not found, a check failed
  kExitUsage = 2,        // the command line makes no sense
  kExitBadInput = 3,     // a file breaks its format
  kExitEnvironment = 4,  // network, disk, server
};

ExitCode exit_code(ErrorCode code);

// Writes "sigla: WHAT: WHY" to standard error; returns the exit status that goes with it.
// `what` may be empty when the message says it already.
ExitCode fail(std::string_view what, const Error& error);
inline ExitCode fail(const Error& error) { return fail({}, error); }

}  // namespace sigla::app
