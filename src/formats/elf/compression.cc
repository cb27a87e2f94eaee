// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/compression.h"

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
      compression.codec = Compression::Codec::kZlib;
      return std::optional<Compression>(compression);
    case ELFCOMPRESS_ZSTD:
      compression.codec = Compression::Codec::kZstd;
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

}  // namespace sigla::elf
