// SPDX-License-Identifier: Apache-2.0
// The DWARF sections of an ELF file: unpacked side by side by several threads, relocated in a
// relocatable file, and read where they lie in any other. A big .debug_info may be left half
// unpacked, for whoever can use its beginning.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "convert/dwarf_sections.h"
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
  // The same, of kind kWhole, but info_unpacker() may be there.
  static ElfSections begin(const elf::Image& image,
                           unsigned thread_count,
                           const Limits& limits,
                           Diagnostics& diagnostics);

  const dwarf::Sections& sections() const { return sections_; }
  // Brings what sections().info still lacks; null when it is all there.
  elf::SectionUnpacker* info_unpacker() const { return info_unpacker_.get(); }
  bool has_dwarf() const { return !sections_.info.empty(); }

  struct Part;

 private:
  static ElfSections load(const elf::Image& image,
                          Kind kind,
                          bool may_grow,
                          unsigned thread_count,
                          const Limits& limits,
                          Diagnostics& diagnostics);
  void keep(std::vector<Part>& parts,
            std::span<const DwarfSectionName> known,
            Diagnostics& diagnostics);

  dwarf::Sections sections_;
  std::vector<elf::SectionContent> contents_;
  std::unique_ptr<elf::SectionUnpacker> info_unpacker_;
};

}  // namespace sigla
