// SPDX-License-Identifier: Apache-2.0
// Zip by its central directory (PKWARE APPNOTE 6.3): stored, deflate, Deflate64, bzip2, zstd;
// zip64. Faster than libarchive's (ISA-L inflates), and the only one that knows Deflate64. Use it
// by ArchiveReader::open(), which leaves the rest (other methods, archives cut off before the
// directory) to libarchive.
//
//   end record    "PK\5\6", u16 disk, u16 directory's disk, u16 entries here, u16 entries,
//                 u32 directory size, u32 directory offset, u16 comment size
//   zip64 of it   found by a locator "PK\6\7" in the 20 bytes before: u64 sizes, where these are ~0
//   entry         "PK\1\2", 46 bytes: see read_entry()
#pragma once

#include <memory>
#include <optional>

#include "codec/archive.h"

namespace sigla {

// A null pointer when there is no complete central directory, or one with other methods.
Result<std::unique_ptr<ArchiveReader>> open_zip(const File& file,
                                                const Limits& limits,
                                                UnpackBudget& budget);

}  // namespace sigla
