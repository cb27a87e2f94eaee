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
#include <memory>
#include <optional>
#include <string>

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
  SectionContent(std::unique_ptr<std::uint8_t[]> owned, std::size_t size)
      : owned_(std::move(owned)), bytes_(owned_.get(), size) {}
  SectionContent(SectionContent&&) = default;
  SectionContent& operator=(SectionContent&&) = default;
  SectionContent(const SectionContent&) = delete;
  SectionContent& operator=(const SectionContent&) = delete;
  ~SectionContent() = default;

  Bytes bytes() const { return bytes_; }
  // The same to be changed: copied first when it was borrowed.
  MutableBytes mutable_bytes();

 private:
  std::unique_ptr<std::uint8_t[]> owned_;
  Bytes bytes_;
};

// Unpacks a section piece by piece, so that others can read its beginning meanwhile. Movable;
// bytes() stay where they are.
class SectionUnpacker {
 public:
  // For whoever lets others wait. Of a damaged section the last step may be lost as a whole: with
  // steps of one size it is always the same.
  static constexpr std::size_t kStepSize = 1U << 20U;

  // kLimitExceeded when the promised size is past limits.section_size_max or more than the payload
  // may unpack to.
  static Result<SectionUnpacker> open(const Compression& compression,
                                      std::string_view section_name,
                                      const Limits& limits);

  // All of the section; of these only the first ready() have been written.
  Bytes bytes() const { return {content_.get(), size_}; }
  std::size_t ready() const { return ready_; }
  bool is_done() const { return is_done_; }
  // Writes up to `size` more bytes. Errors as unpacked_section(); what was ready stays so, and no
  // more comes.
  Status step(std::size_t size);
  // What step() failed with; empty.
  const std::string& failure() const { return failure_; }
  // Requires: is_done(), without a failure.
  SectionContent take() && { return {std::move(content_), size_}; }

 private:
  SectionUnpacker(std::string name, std::unique_ptr<std::uint8_t[]> content, std::size_t size);
  Status read(std::size_t size);

  std::string name_;
  std::unique_ptr<std::uint8_t[]> content_;
  std::size_t size_;
  std::size_t ready_ = 0;
  bool is_done_ = false;
  std::string failure_;
  std::unique_ptr<MemorySource> packed_;
  std::unique_ptr<ByteSource> unpacked_;
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
