// SPDX-License-Identifier: Apache-2.0
// The DWARF sections of the formats that neither compress nor relocate them (ELF does both, see
// elf_sections.h), and what all of them call a section: ".debug_info", ".zdebug_info",
// "__debug_info".
#pragma once

#include <span>
#include <string_view>

#include "base/diagnostics.h"
#include "formats/dwarf/sections.h"
#include "formats/macho/image.h"
#include "formats/pe/image.h"
#include "formats/wasm/module.h"

namespace sigla {

struct DwarfSectionName {
  Bytes dwarf::Sections::* member;
  std::string_view name;
};

// Not among them: what no address is looked up in (.debug_loc*, .debug_macro, .debug_pubnames,
// ...).
inline constexpr DwarfSectionName kDwarfSections[] = {
    {&dwarf::Sections::info, "debug_info"},
    {&dwarf::Sections::types, "debug_types"},
    {&dwarf::Sections::abbrev, "debug_abbrev"},
    {&dwarf::Sections::str, "debug_str"},
    {&dwarf::Sections::line_str, "debug_line_str"},
    {&dwarf::Sections::str_offsets, "debug_str_offsets"},
    {&dwarf::Sections::addr, "debug_addr"},
    {&dwarf::Sections::line, "debug_line"},
    {&dwarf::Sections::ranges, "debug_ranges"},
    {&dwarf::Sections::rnglists, "debug_rnglists"},
};

// Of a .dwo or .dwp.
inline constexpr DwarfSectionName kSplitDwarfSections[] = {
    {&dwarf::Sections::info, "debug_info.dwo"},
    {&dwarf::Sections::types, "debug_types.dwo"},
    {&dwarf::Sections::abbrev, "debug_abbrev.dwo"},
    {&dwarf::Sections::str, "debug_str.dwo"},
    {&dwarf::Sections::str_offsets, "debug_str_offsets.dwo"},
    {&dwarf::Sections::line, "debug_line.dwo"},
    {&dwarf::Sections::rnglists, "debug_rnglists.dwo"},
    {&dwarf::Sections::cu_index, "debug_cu_index"},
    {&dwarf::Sections::tu_index, "debug_tu_index"},
};

// Where they lie in the file. What lies outside is reported and left out.
dwarf::Sections dwarf_sections_of(const macho::Image& image, Diagnostics& diagnostics);
dwarf::Sections dwarf_sections_of(const pe::Image& image, Diagnostics& diagnostics);
dwarf::Sections dwarf_sections_of(const wasm::Module& module);

}  // namespace sigla
