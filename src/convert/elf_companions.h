// SPDX-License-Identifier: Apache-2.0
// The other ELF files that an ELF file's debug information lies in, asked for and checked.
#pragma once

#include <optional>
#include <vector>

#include "convert/conversion.h"
#include "convert/elf_sections.h"
#include "formats/elf/image.h"

namespace sigla {

// Another file and what of it was loaded. Movable.
struct ElfCompanion {
  Companion companion;
  elf::Image image;  // borrows the companion's bytes
  ElfSections sections;
};

// What was stripped from `image` and kept: by build id, or by the name and CRC of .gnu_debuglink.
// Of equal build ids the CRC does not matter: files are compressed after it was taken (Debian's
// libjvm.so.debug).
std::optional<ElfCompanion> find_debug_file(const elf::Image& image, Conversion& conversion);

// What dwz moved to a file of its own (.gnu_debugaltlink, .debug_sup), by its build id or checksum.
std::optional<ElfCompanion> find_supplementary(const elf::Image& image, Conversion& conversion);

// The .dwp, or else the .dwo files, that the skeleton units of `sections` name. A missing one is
// reported.
std::vector<ElfCompanion> find_split(const dwarf::Sections& sections, Conversion& conversion);

}  // namespace sigla
