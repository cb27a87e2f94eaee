// SPDX-License-Identifier: Apache-2.0
// Answers in the form of Symbolicator's API: {"status":"completed","stacktraces":[...],
// "modules":[...]}, for a dump with "system_info", "crash_reason" and so on before them.
#pragma once

#include <string>
#include <string_view>

#include "api/symbolicator_request.h"
#include "symbolicate/report.h"
#include "symbolicate/source_context.h"

namespace sigla::api {

std::string write_completed(const SymbolicatorRequest& request, const NamedTraces& named);
std::string write_completed(const Report& report,
                            const ReportContexts& contexts,
                            const SymbolicatorOptions& options);
// The crash could not be read, and why.
std::string write_failed(std::string_view message);
// Not done yet: ask again by this id.
std::string write_pending(std::string_view id);

}  // namespace sigla::api
