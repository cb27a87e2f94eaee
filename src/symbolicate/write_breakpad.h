// SPDX-License-Identifier: Apache-2.0
// A Report as minidump_stackwalk prints it for people. Needs the registers of the frames.
#pragma once

#include <string>

#include "symbolicate/report.h"

namespace sigla {

std::string write_breakpad(const Report& report);

}  // namespace sigla
