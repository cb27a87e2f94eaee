// SPDX-License-Identifier: Apache-2.0
// DWARF to symcache: functions, lines and inlined calls of all units, read side by side by several
// threads. Needs nothing but the sections; who found them is the business of the file's format.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/dwarf/sections.h"
#include "formats/elf/compression.h"
#include "formats/macho/symbol_map.h"
#include "symcache/function_tree.h"
#include "symcache/writer.h"

namespace sigla {

struct DwarfSource {
  dwarf::Sections main;
  // Set while `main.info` is not all there: brings the rest. Borrowed.
  elf::SectionUnpacker* info_unpacker = nullptr;
  // dwz's supplementary file (.gnu_debugaltlink, DW_FORM_GNU_ref_alt, DW_FORM_ref_sup4): may be
  // empty.
  dwarf::Sections supplementary;
  // The .dwo files, or the one .dwp, that hold what the skeleton units leave out.
  std::vector<dwarf::Sections> split;
  // What is subtracted from every address of the debug information.
  std::uint64_t image_base = 0;
  // What is added afterwards: WebAssembly's addresses count from its code, looked-up ones from the
  // file's beginning.
  std::uint64_t address_shift = 0;
  // Where code can lie, before image_base is subtracted, ascending; empty: not known. Functions and
  // lines elsewhere were removed by the linker (it leaves 0, 1, -1 or -2 as their address).
  std::vector<CodeRange> code;
  // The addresses are offsets in a relocatable file: 0 is an address like any other.
  bool is_relocatable = false;
  // Hidden names in the debug information are these; null: names are what they are.
  const macho::SymbolMap* symbol_map = nullptr;
  unsigned thread_count = 1;
  // Other work on the same conversion, which one of the threads does meanwhile; may be empty.
  std::function<void()> beside;
};

// A unit that cannot be read is reported to `diagnostics` and left out; the others count.
Status add_dwarf(const DwarfSource& source,
                 const Limits& limits,
                 SymcacheWriter& writer,
                 Diagnostics& diagnostics);

}  // namespace sigla
