// SPDX-License-Identifier: Apache-2.0
// ELF to symcache: symbol tables, DWARF wherever it lies, unwind rules.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// Addresses are relative to elf::load_address(). What cannot be read is reported to the
// conversion's diagnostics; an error only when the file itself is damaged.
Status elf_to_symcache(Bytes file, Conversion& conversion);

}  // namespace sigla
