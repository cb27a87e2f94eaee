// SPDX-License-Identifier: Apache-2.0
// A Report for people: what happened, where, and which symbols would show more.
#pragma once

#include <string>

#include "symbolicate/report.h"

namespace sigla {

// `explains`: below each frame and module why it is as it is, and what would make it better.
std::string write_text(const Report& report, bool explains = false);

}  // namespace sigla
