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
#include "codec/decoder.h"
#include "formats/elf/image.h"

namespace sigla::elf {

// Borrows the file's bytes.
struct Compression {
  Codec codec = Codec::kZlib;  // or kZstd
  std::uint64_t unpacked_size = 0;
  std::uint64_t alignment = 1;
  Bytes payload;
};

// How the section is compressed; nothing when it is not. kUnsupported for a ch_type nobody defined.
Result<std::optional<Compression>> compression_of(const Image& image, const Section& section);

// What a section holds once it is unpacked: the file's own bytes when it is not compressed, and
// else an owned copy. Movable; `bytes` stays valid as long as this and the file do.
class SectionContent {
 public:
  explicit SectionContent(Bytes borrowed) : bytes_(borrowed) {}
  explicit SectionContent(Buffer owned) : owned_(std::move(owned)), bytes_(owned_) {}
  SectionContent(SectionContent&&) = default;
  SectionContent& operator=(SectionContent&&) = default;
  SectionContent(const SectionContent&) = delete;
  SectionContent& operator=(const SectionContent&) = delete;
  ~SectionContent() = default;

  Bytes bytes() const { return bytes_; }
  // The same to be changed: copied first when it was borrowed.
  MutableBytes mutable_bytes() {
    if (owned_.empty()) owned_.assign(bytes_.begin(), bytes_.end());
    bytes_ = owned_;
    return owned_;
  }

 private:
  Buffer owned_;
  Bytes bytes_;
};

// kLimitExceeded past limits.section_size_max or the compression ratio, kMalformed when the
// unpacked size is not the one promised.
Result<SectionContent> unpacked_section(const Image& image,
                                        const Section& section,
                                        const Limits& limits);
// The first section of that name with content, ".zdebug_info" for ".debug_info" included;
// kNotFound.
Result<SectionContent> unpacked_section(const Image& image,
                                        std::string_view name,
                                        const Limits& limits);

}  // namespace sigla::elf
