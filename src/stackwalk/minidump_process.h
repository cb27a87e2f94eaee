// SPDX-License-Identifier: Apache-2.0
// A process as its minidump tells of it. Private to this folder.
#pragma once

#include "base/diagnostics.h"
#include "base/limits.h"
#include "base/result.h"
#include "stackwalk/process.h"

namespace sigla {

// Error when there is no thread list, or when two threads claim to be the one that crashed. A
// damaged stream of any other kind is reported to `diagnostics` and left out.
Result<ProcessFacts> read_minidump_process(Bytes file,
                                           const Limits& limits,
                                           Diagnostics& diagnostics);

}  // namespace sigla
