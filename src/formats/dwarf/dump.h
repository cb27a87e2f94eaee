// SPDX-License-Identifier: Apache-2.0
// Units, functions, inlined calls and rows as stable text, for golden tests.
#pragma once

#include <string>

#include "base/limits.h"
#include "formats/dwarf/sections.h"

namespace sigla::dwarf {

std::string dump(const Sections& sections, const Limits& limits);

}  // namespace sigla::dwarf
