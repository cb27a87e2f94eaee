// SPDX-License-Identifier: Apache-2.0
// Call frame information to the unwind rules of a symcache.
#pragma once

#include <span>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/dwarf/cfi.h"
#include "ident/identity.h"
#include "symcache/function_tree.h"
#include "symcache/writer.h"

namespace sigla {

struct DwarfUnwindSource {
  dwarf::CfiSection section;
  Arch arch = Arch::kUnknown;
  std::uint64_t image_base = 0;  // what is subtracted from every address
  // Where code can lie, ascending; empty: not known. What a linker removed has its FDE elsewhere.
  std::span<const CodeRange> code;
  bool is_darwin = false;  // x86's stack and frame pointer change places in Darwin's .eh_frame
};

Status add_dwarf_unwind(const DwarfUnwindSource& source,
                        const Limits& limits,
                        SymcacheWriter& writer,
                        Diagnostics& diagnostics);

}  // namespace sigla
