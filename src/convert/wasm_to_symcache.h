// SPDX-License-Identifier: Apache-2.0
// WebAssembly to symcache: DWARF, the name section, exports.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// Addresses are offsets in the file, as engines print them; those of the DWARF, which count from
// the code section's payload, are moved there.
Status wasm_to_symcache(Bytes file, Conversion& conversion);

}  // namespace sigla
