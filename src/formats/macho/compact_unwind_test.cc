// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/compact_unwind.h"

#include <gtest/gtest.h>

#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::macho {
namespace {

using testing::ElementsAre;

// "offset+size encoding" of each.
std::vector<std::string> texts(const std::vector<CompactFunction>& functions) {
  std::vector<std::string> lines;
  for (const CompactFunction& function : functions) {
    lines.push_back(
        fmt::format("{:x}+{:x} {:x}", function.offset, function.size, function.encoding));
  }
  return lines;
}

// One common encoding, a regular page and a compressed one.
Buffer tables(std::endian order) {
  BytesBuilder b(order);
  b.u32(1).ref32("common").u32(1).u32(0).u32(0).ref32("index").u32(3);
  b.mark("common").u32(0x02010000);
  b.mark("index").u32(0x1000).ref32("regular").u32(0);
  b.u32(0x2000).ref32("compressed").u32(0).u32(0x3000).u32(0).u32(0);
  b.mark("regular").u32(2).u16(8).u16(2).u32(0x1000).u32(0x11).u32(0x1800).u32(0x22);
  b.mark("compressed").u32(3).u16(12).u16(2).u16(20).u16(1);
  b.u32(0x00000000).u32(0x01000100).u32(0x33);
  return b.build();
}

TEST(CompactFunctions, ReadsBothKindsOfPage) {
  for (const auto order : {std::endian::little, std::endian::big}) {
    const auto functions = compact_functions(tables(order), order);
    ASSERT_THAT(functions, IsOk());
    EXPECT_THAT(texts(*functions),
                ElementsAre("1000+800 11", "1800+800 22", "2000+100 2010000", "2100+f00 33"));
  }
}

TEST(CompactFunctions, EveryTruncationFailsCleanly) {
  for_every_prefix(tables(std::endian::little), 1, [](Bytes prefix) {
    EXPECT_FALSE(compact_functions(prefix, std::endian::little).has_value());
  });
}

TEST(CompactFunctions, RefusesPagesReadTwice) {
  BytesBuilder b;
  b.u32(1).u32(28).u32(0).u32(28).u32(0).u32(28).u32(9);
  for (int i = 0; i < 9; ++i) b.u32(0x1000).ref32("page").u32(0);
  b.mark("page").u32(2).u16(8).u16(20);
  for (int i = 0; i < 20; ++i) b.u32(0x1000).u32(0x11);
  EXPECT_THAT(compact_functions(b.build(), std::endian::little),
              IsError(ErrorCode::kMalformed, "pages overlap"));
}

TEST(CompactFunctions, RefusesOtherVersionsAndPages) {
  Buffer file = tables(std::endian::little);
  file[0] = 2;
  EXPECT_THAT(compact_functions(file, std::endian::little),
              IsError(ErrorCode::kUnsupported, "version 2"));
  file = tables(std::endian::little);
  file[28 + 4 + 36] = 7;
  EXPECT_THAT(compact_functions(file, std::endian::little),
              IsError(ErrorCode::kMalformed, "page of kind 7"));
}

// "r6+16 ra-8 6@-16": as in the tests of PE.
std::string text(const std::optional<CompactFrame>& frame) {
  if (!frame) return "nothing";
  std::string out = fmt::format("r{}{:+}", frame->cfa_register, frame->cfa_offset);
  if (frame->return_address_offset) out += fmt::format(" ra{:+}", *frame->return_address_offset);
  for (std::size_t i = 0; i < frame->saved_count; ++i) {
    out += fmt::format(" {}@{:+}", frame->saved[i].reg, frame->saved[i].cfa_offset);
  }
  return out;
}

TEST(CompactFrame, OfX86) {
  // push rbp; mov rbp, rsp; push r15; push r14; push rbx: three words below rbp
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x01000000 | 3 << 16 | 1 | 4 << 3 | 5 << 6, {})),
            "r6+16 ra-8 6@-16 3@-40 14@-32 15@-24");
  // push rbx; sub rsp, 16
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x02000000 | 4 << 16 | 1 << 10 | 0, {})),
            "r7+32 ra-8 3@-16");
  // All six, the first permutation: rbx lowest, rbp highest.
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x02000000 | 7 << 16 | 6 << 10 | 0, {})),
            "r7+56 ra-8 3@-56 12@-48 13@-40 14@-32 15@-24 6@-16");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x02000000 | 7 << 16 | 6 << 10 | 719, {})),
            "r7+56 ra-8 6@-56 15@-48 14@-40 13@-32 12@-24 3@-16");
  // No such permutation.
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x02000000 | 7 << 16 | 2 << 10 | 1023, {})),
            "nothing");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0x02000000 | 7 << 10, {})), "nothing");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86, 0x01000000, {})), "r5+8 ra-4 5@-8");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86, 0x02000000 | 3 << 16 | 2 << 10 | 0, {})),
            "r4+12 ra-4 3@-12 1@-8");
}

TEST(CompactFrame, ReadsALargeSizeOutOfTheCode) {
  const Buffer code = BytesBuilder().u8(0x48).u8(0x81).u8(0xec).u32(0x2008).build();
  const std::uint32_t encoding = 0x03000000 | 3 << 16 | 2 << 13;
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, encoding, code)), "r7+8216 ra-8");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, encoding, Bytes(code).first(6))), "nothing");
}

TEST(CompactFrame, OfArm64) {
  EXPECT_EQ(text(decode_compact(CPU_TYPE_ARM64, 0x04000000 | 1 | 0x100, {})),
            "r29+16 ra-8 29@-16 19@-24 20@-32 72@-40 73@-48");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_ARM64, 0x02000000 | 3 << 12, {})), "r31+48");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_ARM64, 0x03000010, {})), "nothing");
  EXPECT_TRUE(is_described_by_dwarf(CPU_TYPE_ARM64, 0x03000010));
  EXPECT_FALSE(is_described_by_dwarf(CPU_TYPE_X86_64, 0x03000010));
  EXPECT_TRUE(is_described_by_dwarf(CPU_TYPE_X86_64, 0x04000010));
  EXPECT_EQ(text(decode_compact(CPU_TYPE_X86_64, 0, {})), "nothing");
  EXPECT_EQ(text(decode_compact(CPU_TYPE_ARM, 0x01000000, {})), "nothing");
}

}  // namespace
}  // namespace sigla::macho
