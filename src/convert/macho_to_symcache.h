// SPDX-License-Identifier: Apache-2.0
// Mach-O to symcache: symbol table, DWARF of a dSYM or object file, unwind rules.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// Of a fat file the image of that architecture, or the first one when it is kUnknown; kNotFound
// when the file has none of it. Addresses are relative to __TEXT.
Status macho_to_symcache(Bytes file, Arch arch, Conversion& conversion);

}  // namespace sigla
