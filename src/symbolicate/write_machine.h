// SPDX-License-Identifier: Apache-2.0
// A Report as `minidump_stackwalk -m` prints it: one record a line, fields separated by '|'.
#pragma once

#include <string>

#include "symbolicate/report.h"

namespace sigla {

std::string write_breakpad_machine(const Report& report);

}  // namespace sigla
