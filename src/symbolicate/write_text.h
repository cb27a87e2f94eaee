// SPDX-License-Identifier: Apache-2.0
// A Report for people: what happened, where, and which symbols would show more.
#pragma once

#include <string>

#include "symbolicate/report.h"

namespace sigla {

std::string write_text(const Report& report);

}  // namespace sigla
