// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/compression.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "base/text.h"
#include "codec/expansion.h"

namespace sigla::elf {
namespace {

constexpr std::string_view kGnuMagic = "ZLIB";

Result<std::optional<Compression>> read_gnu(Bytes data) {
  ByteReader reader(data, std::endian::big);
  reader.skip(kGnuMagic.size());
  Compression compression;
  compression.unpacked_size = reader.u64();
  SIGLA_TRY(reader.finish("ELF .zdebug header"));
  compression.payload = reader.rest();
  return std::optional<Compression>(compression);
}

Result<std::optional<Compression>> read_chdr(const Image& image, Bytes data) {
  ByteReader reader = image.reader(data);
  const std::uint32_t ch_type = reader.u32();
  if (image.header().is_64) reader.skip(4);  // ch_reserved
  Compression compression;
  compression.unpacked_size = image.read_word(reader);
  compression.alignment = image.read_word(reader);
  SIGLA_TRY(reader.finish("ELF compression header"));
  compression.payload = reader.rest();
  switch (ch_type) {
    case ELFCOMPRESS_ZLIB:
      compression.codec = Codec::kZlib;
      return std::optional<Compression>(compression);
    case ELFCOMPRESS_ZSTD:
      compression.codec = Codec::kZstd;
      return std::optional<Compression>(compression);
    default:
      return make_error(
          ErrorCode::kUnsupported, "ELF compression header: ch_type {} is unknown", ch_type);
  }
}

}  // namespace

Result<std::optional<Compression>> compression_of(const Image& image, const Section& section) {
  SIGLA_TRY_ASSIGN(const Bytes data, image.data(section));
  if ((section.sh_flags & SHF_COMPRESSED) != 0) return read_chdr(image, data);
  if (section.name.starts_with(".zdebug") && starts_with(data, kGnuMagic)) return read_gnu(data);
  return std::optional<Compression>();
}

MutableBytes SectionContent::mutable_bytes() {
  if (owned_ == nullptr && !bytes_.empty()) {
    owned_ = std::make_unique_for_overwrite<std::uint8_t[]>(bytes_.size());
    std::ranges::copy(bytes_, owned_.get());
    bytes_ = {owned_.get(), bytes_.size()};
  }
  return {owned_.get(), bytes_.size()};
}

SectionUnpacker::SectionUnpacker(std::string name,
                                 std::unique_ptr<std::uint8_t[]> content,
                                 std::size_t size)
    : name_(std::move(name)), content_(std::move(content)), size_(size) {}

Result<SectionUnpacker> SectionUnpacker::open(const Compression& compression,
                                              std::string_view section_name,
                                              const Limits& limits) {
  std::string name = fmt::format("ELF section {}", to_utf8(section_name));
  const std::uint64_t size = compression.unpacked_size;
  if (size > limits.section_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} bytes unpacked, more than {}",
                      name,
                      size,
                      limits.section_size_max);
  }
  // The promise is believed as far as the stream may keep it.
  const Expansion expansion("compression header", size, limits);
  if (Status status = expansion.check(compression.payload.size(), size); !status.has_value()) {
    return std::move(status).error().in(name);
  }
  std::unique_ptr<std::uint8_t[]> content(new (std::nothrow) std::uint8_t[size]);
  if (content == nullptr) {
    return make_error(ErrorCode::kLimitExceeded, "{}: no memory for {} bytes", name, size);
  }
  SectionUnpacker unpacker(std::move(name), std::move(content), size);
  unpacker.packed_ = std::make_unique<MemorySource>(compression.payload);
  unpacker.unpacked_ = make_decoder(compression.codec, *unpacker.packed_, size, limits);
  return unpacker;
}

Status SectionUnpacker::step(std::size_t size) {
  Status status = read(size);
  if (status.has_value()) return {};
  is_done_ = true;
  Error error = std::move(status).error().in(name_);
  failure_ = error.message();
  return error;
}

Status SectionUnpacker::read(std::size_t size) {
  const MutableBytes whole(content_.get(), size_);
  for (const std::size_t end = ready_ + std::min(size, size_ - ready_); ready_ < end;) {
    SIGLA_TRY_ASSIGN(const std::size_t count, unpacked_->read(whole.subspan(ready_, end - ready_)));
    ready_ += count;
    if (count == 0) return malformed("{} bytes unpacked, not {}", ready_, size_);
  }
  if (ready_ < size_) return {};
  // The checksum is behind the last byte.
  std::uint8_t one_more = 0;
  SIGLA_TRY(unpacked_->read({&one_more, 1}));
  is_done_ = true;
  return {};
}

Result<SectionContent> unpacked_section(const Image& image,
                                        const Section& section,
                                        const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto compression, compression_of(image, section));
  if (!compression) {
    SIGLA_TRY_ASSIGN(const Bytes data, image.data(section));
    return SectionContent(data);
  }
  SIGLA_TRY_ASSIGN(auto unpacker, SectionUnpacker::open(*compression, section.name, limits));
  while (!unpacker.is_done()) SIGLA_TRY(unpacker.step(SIZE_MAX));
  return std::move(unpacker).take();
}

Result<SectionContent> unpacked_section(const Image& image,
                                        std::string_view name,
                                        const Limits& limits) {
  const auto is_gnu_form = [&](std::string_view other) {
    return name.starts_with(".debug_") && other.starts_with(".zdebug_") &&
           other.substr(2) == name.substr(1);
  };
  for (const Section& section : image.sections()) {
    if (!section.has_content() || (section.name != name && !is_gnu_form(section.name))) continue;
    return unpacked_section(image, section, limits);
  }
  return make_error(ErrorCode::kNotFound, "ELF section {}: not in this file", name);
}

}  // namespace sigla::elf
