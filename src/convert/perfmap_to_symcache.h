// SPDX-License-Identifier: Apache-2.0
// R2R perf map to symcache: the methods of ready-to-run code by RVA, without lines.
#pragma once

#include "base/bytes.h"
#include "convert/conversion.h"

namespace sigla {

Status perfmap_to_symcache(Bytes file, Conversion& conversion);

}  // namespace sigla
