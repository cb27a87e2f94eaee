// SPDX-License-Identifier: Apache-2.0
// What the metadata of an assembly holds, as text for golden files and people.
#pragma once

#include <string>

#include "formats/clr/program.h"

namespace sigla::clr {

std::string dump(const Program& program);

}  // namespace sigla::clr
