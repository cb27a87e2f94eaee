// SPDX-License-Identifier: Apache-2.0
// The content of a file that a job was given plain or compressed.
#pragma once

#include "base/limits.h"
#include "os/file.h"

namespace sigla {

// What is unpacked stays in memory, and may not be larger than a worker's share of it.
Result<MappedFile> map_unwrapped(const File& file, const Limits& limits);

}  // namespace sigla
