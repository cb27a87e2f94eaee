// SPDX-License-Identifier: Apache-2.0
// Whatever a crash left behind, told apart by its content: a dump is walked, a text is searched for
// stack traces.
//
//   SIGLA_TRY_ASSIGN(const SymbolicatedCrash crash, symbolicate_crash(file, pool, &finder));
//   crash.text ? *crash.text : write_text(crash.report)
//
// Errors are Symbolicator's; of a text without any stack trace kMalformed, saying so.
#pragma once

#include <optional>
#include <string>

#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

struct SymbolicatedCrash {
  Report report;
  std::optional<std::string> text;  // of a text: itself, its frames replaced
};

// `pool` and `finder` as Symbolicator has them.
Result<SymbolicatedCrash> symbolicate_crash(const File& input,
                                            WorkerPool& pool,
                                            const SymbolFinder* finder,
                                            bool has_registers = false);

}  // namespace sigla
