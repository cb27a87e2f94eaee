// SPDX-License-Identifier: Apache-2.0
// The system calls of a process that only computes on descriptors it was given.
#pragma once

#include "base/result.h"

namespace sigla {

// Allows memory, time, reading, writing and sending on open descriptors, unnamed memory files,
// threads, and ending. Calls that libraries make to look around (open, stat, readlink) fail with
// EACCES; any other (socket, fork, execve, ptrace) ends the process with SIGSYS. For good, for this
// thread and those it starts. Sets no_new_privs.
Status load_seccomp_filter();

}  // namespace sigla
