// SPDX-License-Identifier: Apache-2.0
// Where the sections of a file lie.
//
// A linked file says so (sh_addr). In a relocatable one (.o, .ko) every section begins at 0; here
// they get places one behind the other, each aligned as it asks for: executable sections in the
// order of the section table, but those whose name begins with ".init" last, then whatever else is
// loaded. That is how Linux places the code of a kernel module (kernel/module, layout_sections()),
// so an address relative to a module's code is an address here; and the first section of an object
// file begins at 0, where other tools that look at one section see it.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/elf/image.h"

namespace sigla::elf {

// By section index; 0 for what is not loaded.
std::vector<std::uint64_t> section_addresses(const Image& image);

}  // namespace sigla::elf
