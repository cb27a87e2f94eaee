// SPDX-License-Identifier: Apache-2.0
// A process as its ELF core tells of it. Private to this folder.
#pragma once

#include "base/diagnostics.h"
#include "base/limits.h"
#include "base/result.h"
#include "stackwalk/process.h"

namespace sigla {

// Error when it is no core, or its notes name no thread. A core that was cut off is reported to
// `diagnostics` and gives what it has.
Result<ProcessFacts> read_core_process(Bytes file, const Limits& limits, Diagnostics& diagnostics);

}  // namespace sigla
