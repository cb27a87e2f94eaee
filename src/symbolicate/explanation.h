// SPDX-License-Identifier: Apache-2.0
// Why a frame is as it is, and what would make it better, in sentences: how it was found, which
// file would have let it be unwound by rules, which would give it a name.
#pragma once

#include <string>
#include <vector>

#include "symbolicate/report.h"

namespace sigla {

// "stack scanning", "call frame info", ...: how a frame was found.
std::string_view how_found(Trust trust);

// Of frames[index], which is no inlined call.
std::vector<std::string> explain_frame(const Report& report,
                                       const std::vector<ReportFrame>& frames,
                                       std::size_t index);

// What a module's symbols and unwind rules came from, or why there are none: first a line about the
// module, then what was looked for, and the actions that would help.
std::vector<std::string> explain_module(const ReportModule& module);

}  // namespace sigla
