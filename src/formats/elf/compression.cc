// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/compression.h"

#include <fmt/format.h>

#include "base/text.h"

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

Result<SectionContent> unpacked_section(const Image& image,
                                        const Section& section,
                                        const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto compression, compression_of(image, section));
  if (!compression) {
    SIGLA_TRY_ASSIGN(const Bytes data, image.data(section));
    return SectionContent(data);
  }
  const std::string what = fmt::format("ELF section {}", to_utf8(section.name));
  if (compression->unpacked_size > limits.section_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} bytes unpacked, more than {}",
                      what,
                      compression->unpacked_size,
                      limits.section_size_max);
  }
  auto unpacked =
      decode(compression->codec, compression->payload, compression->unpacked_size, limits);
  if (!unpacked.has_value()) return std::move(unpacked).error().in(what);
  if (unpacked->size() != compression->unpacked_size) {
    return malformed(
        "{}: {} bytes unpacked, not {}", what, unpacked->size(), compression->unpacked_size);
  }
  return SectionContent(std::move(unpacked).value());
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
