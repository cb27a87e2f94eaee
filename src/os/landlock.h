// SPDX-License-Identifier: Apache-2.0
// Landlock, the kernel's sandbox for unprivileged processes (Linux 5.13): here used without any
// rule, so that no file, TCP port or abstract socket can be opened and no other process signalled.
// What is open already, or arrives as a descriptor later, stays usable.
#pragma once

#include "base/result.h"

namespace sigla {

// The kernel's Landlock version, 0 when it has none. 4 added TCP, 6 abstract sockets and signals.
int landlock_version();

// Denies everything that this kernel's version can deny, for good.
// Requires: no_new_privs is set, and landlock_version() > 0.
Status landlock_deny_all();

}  // namespace sigla
