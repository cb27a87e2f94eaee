// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/compression.h"

#include <gtest/gtest.h>

#include "codec/encoder.h"
#include "formats/elf/debug_link.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

Buffer unpacked(const std::string& file_name, std::string_view section) {
  const Buffer file = read_fixture(kTestdata + file_name);
  const auto image = Image::open(file, Limits());
  EXPECT_THAT(image, IsOk());
  const auto content = unpacked_section(*image, section, Limits());
  EXPECT_THAT(content, IsOk());
  if (!content.has_value()) return {};
  return Buffer(content->bytes().begin(), content->bytes().end());
}

TEST(ElfCompression, EveryFormUnpacksToTheSameBytes) {
  for (const char* section : {".debug_info", ".debug_abbrev", ".debug_line", ".debug_str"}) {
    const Buffer plain = unpacked("libsmall.so", section);
    ASSERT_FALSE(plain.empty());
    EXPECT_EQ(unpacked("libsmall.zdebug.so", section), plain) << section;
    EXPECT_EQ(unpacked("libsmall.zstd.so", section), plain) << section;
  }
  EXPECT_FALSE(unpacked("small.zlib.o", ".debug_info").empty());
}

TEST(ElfCompression, DescribesTheHeaders) {
  const Buffer file = read_fixture(kTestdata + "libsmall.zstd.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto found, compression_of(image, *image.section(".debug_info")));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->codec, Codec::kZstd);
  EXPECT_EQ(found->unpacked_size, unpacked("libsmall.so", ".debug_info").size());
  ASSERT_OK_AND_ASSIGN(const auto text, compression_of(image, *image.section(".text")));
  EXPECT_FALSE(text.has_value());
}

TEST(ElfCompression, UnpacksPieceByPiece) {
  for (const char* name : {"libsmall.zdebug.so", "libsmall.zstd.so"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    const Section* section = image.section(".debug_info");
    if (section == nullptr) section = image.section(".zdebug_info");
    ASSERT_OK_AND_ASSIGN(const auto compression, compression_of(image, *section));
    ASSERT_OK_AND_ASSIGN(auto unpacker,
                         SectionUnpacker::open(*compression, section->name, Limits()));
    const std::uint8_t* const place = unpacker.bytes().data();
    EXPECT_EQ(unpacker.ready(), 0U);
    for (std::size_t steps = 1; !unpacker.is_done(); ++steps) {
      ASSERT_THAT(unpacker.step(7), IsOk());
      EXPECT_EQ(unpacker.ready(), std::min<std::size_t>(7 * steps, unpacker.bytes().size()));
    }
    EXPECT_EQ(unpacker.bytes().data(), place);
    const SectionContent content = std::move(unpacker).take();
    EXPECT_EQ(Buffer(content.bytes().begin(), content.bytes().end()),
              unpacked("libsmall.so", ".debug_info"));
  }
}

TEST(ElfCompression, KeepsWhatCameBeforeTheDamage) {
  Buffer file = read_fixture(kTestdata + "libsmall.zdebug.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const Section& section = *image.section(".zdebug_info");
  file[section.sh_offset + section.sh_size - 1] ^= 1U;
  ASSERT_OK_AND_ASSIGN(const auto compression, compression_of(image, section));
  ASSERT_OK_AND_ASSIGN(auto unpacker, SectionUnpacker::open(*compression, section.name, Limits()));
  ASSERT_THAT(unpacker.step(100), IsOk());
  EXPECT_THAT(unpacker.step(SIZE_MAX), IsError(ErrorCode::kMalformed, "wrong checksum"));
  EXPECT_TRUE(unpacker.is_done());
  EXPECT_GE(unpacker.ready(), 100U);
  EXPECT_THAT(unpacker.failure(), testing::HasSubstr("ELF section .zdebug_info"));
}

TEST(ElfCompression, BelievesNoSizeThatTheStreamCannotHave) {
  const Compression compression{
      .codec = Codec::kZstd, .unpacked_size = 4ULL << 30U, .alignment = 1, .payload = {}};
  EXPECT_THAT(SectionUnpacker::open(compression, ".debug_info", Limits()),
              IsError(ErrorCode::kLimitExceeded, "compression ratio"));
}

// The data of .debug_info in libsmall.zstd.so, damaged by `change`.
template <typename Change>
Result<SectionContent> read_damaged(Change change, const Limits& limits) {
  static Buffer file;
  file = read_fixture(kTestdata + "libsmall.zstd.so");
  auto image = Image::open(file, Limits());
  change(file.data() + image->section(".debug_info")->sh_offset);
  image = Image::open(file, Limits());
  return unpacked_section(*image, ".debug_info", limits);
}

TEST(ElfCompression, RejectsDamage) {
  EXPECT_THAT(read_damaged([](std::uint8_t* chdr) { chdr[0] = 9; }, Limits()),
              IsError(ErrorCode::kUnsupported, "ch_type 9"));
  EXPECT_THAT(read_damaged([](std::uint8_t* chdr) { ++chdr[8]; }, Limits()),
              IsError(ErrorCode::kMalformed, "bytes unpacked, not"));
  EXPECT_THAT(read_damaged([](std::uint8_t* chdr) { --chdr[8]; }, Limits()),
              IsError(ErrorCode::kLimitExceeded, ".debug_info"));
  EXPECT_THAT(read_damaged([](std::uint8_t* chdr) { chdr[15] = 0xff; }, Limits()),
              IsError(ErrorCode::kLimitExceeded, "bytes unpacked, more than"));
  EXPECT_THAT(read_damaged([](std::uint8_t* chdr) { chdr[24] ^= 0xff; }, Limits()),
              IsError(ErrorCode::kMalformed, ".debug_info"));
}

TEST(ElfCompression, StopsAtTheLimit) {
  Limits limits;
  limits.section_size_max = 10;
  EXPECT_THAT(read_damaged([](std::uint8_t*) {}, limits),
              IsError(ErrorCode::kLimitExceeded, "more than 10"));
}

TEST(DebugLink, NamesTheDebugFileAndItsChecksum) {
  const Buffer file = read_fixture(kTestdata + "libsmall.stripped.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto link = debug_link(image, Limits());
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(link->name, "libsmall.so.debug");
  EXPECT_EQ(link->crc, 0xc8af10d3U);  // python3: zlib.crc32 of that file
}

TEST(DebugLink, MayBeCompressed) {
  BytesBuilder link;
  link.cstring("abc.debug").align(4).u32(0xabf39bdc);
  const Buffer packed = encode(Codec::kZlib, link.build());
  BytesBuilder b;
  b.text(
       "\x7f"
       "ELF")
      .u8(ELFCLASS64)
      .u8(ELFDATA2LSB)
      .u8(1)
      .zeros(9);
  b.u16(ET_DYN).u16(EM_X86_64).u32(1).u64(0).u64(0).ref64("sections").u32(0);
  b.u16(64).u16(56).u16(0).u16(64).u16(3).u16(2);
  b.mark("link").u32(ELFCOMPRESS_ZLIB).u32(0).u64(link.size()).u64(1).bytes(packed);
  b.mark("names").u8(0).cstring(".gnu_debuglink").mark("sections").zeros(64);
  b.u32(1).u32(SHT_PROGBITS).u64(SHF_COMPRESSED).u64(0).ref64("link").u64(24 + packed.size());
  b.zeros(24);
  b.u32(0).u32(SHT_STRTAB).u64(0).u64(0).ref64("names").u64(16).zeros(24);
  const Buffer file = b.build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto found = debug_link(image, Limits());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, "abc.debug");
  EXPECT_EQ(found->crc, 0xabf39bdcU);
}

TEST(DebugAltLink, NamesTheSharedFile) {
  const Buffer file = read_fixture(kTestdata + "small.dwz.o");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto link = debug_alt_link(image, Limits());
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(link->name, "common.dwz");
  EXPECT_EQ(as_text(link->build_id), "0123456789abcdefghij");
}

}  // namespace
}  // namespace sigla::elf
