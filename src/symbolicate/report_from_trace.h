// SPDX-License-Identifier: Apache-2.0
// A Report made of a stack trace and of what was found of its addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "formats/trace/trace.h"
#include "symbolicate/module_query.h"
#include "symbolicate/report.h"

namespace sigla {

struct ResolvedTrace;

struct TraceParts {
  const trace::Trace& trace;
  std::span<const trace::Module> modules;                // with what the whole trace tells of each
  std::span<const ModuleQuery> queries;                  // one for each module
  std::span<const std::optional<std::uint32_t>> owners;  // the module of each frame
};

// Names of a text that nothing better was found for are kept. Modules that no frame lies in are
// there too when the text says where they lie.
Report report_from_trace(const TraceParts& parts, const ResolvedTrace& resolved);

}  // namespace sigla
