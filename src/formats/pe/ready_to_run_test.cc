// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/ready_to_run.h"

#include <gmock/gmock.h>

#include "formats/pe/pe_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

// Of three methods the first is compiled to runtime function 0, the third to 1 and has fixups.
Buffer image_with_code(std::uint16_t machine = IMAGE_FILE_MACHINE_AMD64) {
  BytesBuilder b;
  b.u32(0x48).u16(2).u16(5).u32(0).u32(0).u32(8).u32(0).zeros(5 * 8);
  b.u32(0x1048).u32(0x34);
  b.text(std::string_view("RTR\0", 4)).u16(9).u16(2).u32(0).u32(3);
  b.u32(102).u32(0x1100).u32(36).u32(103).u32(0x1140).u32(12).u32(105).u32(0x1160).u32(16);
  b.zeros(0x100 - b.size());
  b.u32(0x2000).u32(0x2010).u32(1).u32(0x2020).u32(0x2030).u32(1).u32(0x2030).u32(0x2034).u32(1);
  b.zeros(0x140 - b.size());
  // NativeArray: 3 elements, offsets of one byte; a block at 1: a tree of 16, 8, 4, 2 leaves.
  b.u8((3U << 2U | 0) << 1U).u8(1);
  b.u8(1U << 1U).u8(1U << 1U);               // left, left
  b.u8((3U | 3U << 2U) << 1U);               // left, or right 3 behind this byte
  b.u8(1U << 1U).u8(0U << 1U).u8(1U << 1U);  // 0: id 0; then of 2: left
  b.u8(((1U << 2U) | 1U) << 1U);             // id 1 with a fixup bit
  b.zeros(0x160 - b.size());
  // Debug info of runtime function 0 alone: (0 << 2) in a leaf.
  b.u8((1U << 2U) << 1U).u8(1).u8(0).u8(0);
  // Sizes 4 and 0; two mappings: 0 from the prologue, 5 from IL 3.
  b.u8(0x04).u8(0x02 | 0x0 << 4U).u8(0x01 | 0x0 << 4U).u8(0x05 | 0x6 << 4U).u8(0x00);
  b.zeros(0x180 - b.size());
  PeForTest pe;
  pe.machine = machine;
  pe.section = b.build();
  pe.directories[kClrRuntimeHeader] = {0x1000, 0x48};
  return pe.build();
}

TEST(ReadyToRun, FindsMethodsAndTheirIl) {
  const Buffer file = image_with_code();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const CliHeader header, read_cli_header(image));
  ASSERT_OK_AND_ASSIGN(const auto code, ReadyToRun::open(image, header, Limits()));
  EXPECT_EQ(code.major_version(), 9U);
  const auto methods = code.methods(3);
  ASSERT_EQ(methods.size(), 2U);
  EXPECT_EQ(methods[0].method, 1U);
  ASSERT_EQ(methods[0].pieces.size(), 1U);
  EXPECT_EQ(methods[0].pieces[0].begin, 0x2000U);
  EXPECT_EQ(methods[0].pieces[0].end, 0x2010U);
  EXPECT_EQ(methods[1].method, 3U);
  EXPECT_EQ(methods[1].pieces[0].begin, 0x2020U);
  const auto mappings = code.mappings(methods[0]);
  ASSERT_EQ(mappings.size(), 2U);
  EXPECT_EQ(mappings[0].il_offset, IlMapping::kProlog);
  EXPECT_EQ(mappings[1].native_offset, 5U);
  EXPECT_EQ(mappings[1].il_offset, 3U);
  EXPECT_TRUE(code.mappings(methods[1]).empty());
}

TEST(ReadyToRun, ReadsImagesForOtherSystems) {
  for (const int system : {0x7b79, 0x4644, 0xadc4, 0x1993, 0x1992}) {
    const auto machine = static_cast<std::uint16_t>(IMAGE_FILE_MACHINE_AMD64 ^ system);
    const Buffer file = image_with_code(machine);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    ASSERT_OK_AND_ASSIGN(const CliHeader header, read_cli_header(image));
    ASSERT_OK_AND_ASSIGN(const auto code, ReadyToRun::open(image, header, Limits()));
    const auto methods = code.methods(3);
    ASSERT_EQ(methods.size(), 2U) << machine;
    EXPECT_EQ(methods[0].pieces.at(0).end, 0x2010U) << machine;
    EXPECT_EQ(methods[1].pieces.at(0).begin, 0x2020U) << machine;
  }
}

TEST(ReadyToRun, SurvivesEveryByteAtItsExtremes) {
  const Buffer file = image_with_code();
  for (std::size_t i = 0x200; i < file.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      Buffer damaged = file;
      damaged[i] = static_cast<std::uint8_t>(value);
      const auto image = Image::open(damaged, Limits());
      if (!image.has_value()) continue;
      const auto header = read_cli_header(image.value());
      if (!header.has_value()) continue;
      const auto code = ReadyToRun::open(image.value(), header.value(), Limits());
      if (!code.has_value()) continue;
      for (const auto& method : code->methods(100)) static_cast<void>(code->mappings(method));
    }
  }
}

TEST(ReadyToRun, IsMissingInImagesOfIlAlone) {
  CliHeader header;
  const Buffer file = PeForTest().build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_THAT(ReadyToRun::open(image, header, Limits()), IsError(ErrorCode::kNotFound, ""));
}

}  // namespace
}  // namespace sigla::pe
