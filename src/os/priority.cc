// SPDX-License-Identifier: Apache-2.0
#include "os/priority.h"

#include <sys/resource.h>

namespace sigla {

void lower_priority(int niceness) { static_cast<void>(::setpriority(PRIO_PROCESS, 0, niceness)); }

}  // namespace sigla
