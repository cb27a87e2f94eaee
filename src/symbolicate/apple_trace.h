// SPDX-License-Identifier: Apache-2.0
// An Apple crash report as a stack trace like any other, to be named and written back.
#pragma once

#include "formats/applecrash/report.h"
#include "formats/trace/trace.h"

namespace sigla {

// Frames that have a file and a line already are left as they are.
trace::Trace trace_of(const applecrash::Report& report);

}  // namespace sigla
