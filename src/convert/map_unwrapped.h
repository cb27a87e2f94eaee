// SPDX-License-Identifier: Apache-2.0
// The content of a file that a job was given plain or compressed.
#pragma once

#include "base/limits.h"
#include "codec/unwrap.h"
#include "os/file.h"

namespace sigla {

// What is unpacked stays in memory, and may not be larger than a worker's share of it.
Result<MappedFile> map_unwrapped(const File& file, const Limits& limits);
// What is unpacked goes to a file of the caller's, and may have limits.entry_size_max bytes.
Result<MappedFile> map_unwrapped(const File& file,
                                 const Limits& limits,
                                 const FileFactory& make_file);

}  // namespace sigla
