// SPDX-License-Identifier: Apache-2.0
// The DWARF sections of an ELF file: unpacked side by side by several threads, relocated in a
// relocatable file, and read where they lie in any other.
#pragma once

#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/dwarf/sections.h"
#include "formats/elf/compression.h"
#include "formats/elf/image.h"

namespace sigla {

// Borrows the file's bytes. Movable.
class ElfSections {
 public:
  // kSplit: those whose names end in ".dwo", and the indexes of a .dwp.
  enum class Kind { kWhole, kSplit };

  // A section that cannot be unpacked is reported and left out.
  static ElfSections load(const elf::Image& image,
                          Kind kind,
                          unsigned thread_count,
                          const Limits& limits,
                          Diagnostics& diagnostics);

  const dwarf::Sections& sections() const { return sections_; }
  bool has_dwarf() const { return !sections_.info.empty(); }

 private:
  dwarf::Sections sections_;
  std::vector<elf::SectionContent> contents_;
};

}  // namespace sigla
