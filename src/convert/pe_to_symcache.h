// SPDX-License-Identifier: Apache-2.0
// PE to symcache: the DWARF and COFF symbols that MinGW leaves in, the ready-to-run code of .NET,
// exports, unwind rules. What a PE
// built by MSVC or clang-cl has lies in its PDB, which is a file of its own.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// Addresses are RVAs.
Status pe_to_symcache(Bytes file, Conversion& conversion);

}  // namespace sigla
