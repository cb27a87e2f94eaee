// SPDX-License-Identifier: Apache-2.0
// Sections whose data is compressed, in either of the two ways:
//
//   SHF_COMPRESSED (gABI chapter 4): Chdr { ch_type, ch_size, ch_addralign }, then a zlib or zstd
//     stream of ch_size unpacked bytes.
//   .zdebug_* (GNU, before SHF_COMPRESSED): "ZLIB", the unpacked size as u64 big-endian whatever
//   the
//     file's order, then a zlib stream.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/elf/image.h"

namespace sigla::elf {

// Borrows the file's bytes.
struct Compression {
  enum class Codec { kZlib, kZstd };
  Codec codec = Codec::kZlib;
  std::uint64_t unpacked_size = 0;
  std::uint64_t alignment = 1;
  Bytes payload;
};

// How the section is compressed; nothing when it is not. kUnsupported for a ch_type nobody defined.
Result<std::optional<Compression>> compression_of(const Image& image, const Section& section);

}  // namespace sigla::elf
