// SPDX-License-Identifier: Apache-2.0
// Finds the ELF images in the memory of a core. They are read where the process had them, so of a
// file only what was mapped can be seen: its header, its program headers and its notes.
#pragma once

#include <vector>

#include "formats/elf/core.h"

namespace sigla::elf {

std::vector<CoreModule> find_modules(const Core& core, const Limits& limits);

}  // namespace sigla::elf
