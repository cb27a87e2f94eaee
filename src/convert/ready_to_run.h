// SPDX-License-Identifier: Apache-2.0
// Ready-to-run code of a .NET program: its native addresses become methods with the lines of the
// IL they were compiled from.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

// Adds nothing for an image without such code. The PDB is the one inside, or a companion.
Status add_ready_to_run(Bytes file, Conversion& conversion);

}  // namespace sigla
