// SPDX-License-Identifier: Apache-2.0
// A process as a microdump tells of it: one thread, that crashed. Private to this folder.
#pragma once

#include "stackwalk/process.h"

namespace sigla {

// Owns what it returns (ProcessFacts::owned), unlike the readers of other dumps.
Result<ProcessFacts> read_microdump_process(Bytes text,
                                            const Limits& limits,
                                            Diagnostics& diagnostics);

}  // namespace sigla
