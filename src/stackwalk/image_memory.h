// SPDX-License-Identifier: Apache-2.0
// What of a module's memory is in its own file: the segments that nobody may write. Kernels leave
// them out of cores by default (core(5), coredump_filter: file-backed private mappings), and cores
// that were cut off have none. Borrows the file's bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/limits.h"
#include "base/memory_region.h"

namespace sigla {

// `base` is where the file's start was mapped. Nothing for what is no ELF image.
std::vector<MemoryRegion> image_memory(Bytes file, std::uint64_t base, const Limits& limits);

}  // namespace sigla
