// SPDX-License-Identifier: Apache-2.0
// Packs one content into the stored form of a blob and sends it on its way to the disk.
#pragma once

#include <cstdint>

#include "codec/frame_packer.h"
#include "codec/hash.h"
#include "os/file.h"

namespace sigla {

struct PackedBlob {
  Sha256Digest digest{};  // of the content
  std::uint64_t size = 0;
  std::uint64_t stored_size = 0;
};

// Reads `content` once, from its start to its end. `packed` is empty; the caller syncs it. Threads
// of the pool pack what has more than one frame.
Result<PackedBlob> write_blob(const File& content,
                              const File& packed,
                              int compression_level,
                              FramePool& pool);

}  // namespace sigla
