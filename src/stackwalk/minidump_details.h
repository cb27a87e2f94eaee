// SPDX-License-Identifier: Apache-2.0
// A minidump's ProcessDetails, all but the thread that wrote the dump.
#pragma once

#include "base/diagnostics.h"
#include "formats/minidump/image.h"
#include "ident/identity.h"
#include "stackwalk/process_details.h"

namespace sigla {

// Damaged streams are reported and left out. `arch` is the system's.
ProcessDetails read_process_details(const minidump::Image& image,
                                    Arch arch,
                                    Diagnostics& diagnostics);

}  // namespace sigla
