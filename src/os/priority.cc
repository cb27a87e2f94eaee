// SPDX-License-Identifier: Apache-2.0
#include "os/priority.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace sigla {

void lower_priority(int steps) {
  constexpr int kLowest = 19;
  errno = 0;
  const int niceness = ::getpriority(PRIO_PROCESS, 0);
  if (niceness == -1 && errno != 0) return;
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, std::min(niceness + steps, kLowest)));
}

}  // namespace sigla
