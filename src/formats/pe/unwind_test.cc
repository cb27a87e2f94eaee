// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/unwind.h"

#include <gtest/gtest.h>

#include "formats/pe/unwind_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// push rbp; push rbx; sub rsp, 0x48; lea rbp, [rsp + 0x20]; movaps [rbp + ...], xmm6; mov ..., rsi
TEST_F(PeUnwind, FollowsAPrologueOfX64) {
  BytesBuilder b;
  b.u8(1).u8(0x14).u8(8).u8(0x25);        // version 1, 8 slots, frame register rbp at rsp + 2 * 16
  b.u8(0x14).u8(0x64).u16(0x0c);          // SAVE_NONVOL rsi at + 0x60
  b.u8(0x10).u8(0x68).u16(1);             // SAVE_XMM128 xmm6 at + 16
  b.u8(0x0b).u8(0x03);                    // SET_FPREG
  b.u8(0x06).u8(0x82);                    // ALLOC_SMALL 0x48
  b.u8(0x02).u8(0x30).u8(0x01).u8(0x50);  // PUSH_NONVOL rbx, rbp
  EXPECT_THAT(x64(b.build()),
              IsOkAnd(ElementsAre("0: r7+8 ra-8",
                                  "1: r7+16 ra-8 6@-16",
                                  "2: r7+24 ra-8 6@-16 3@-24",
                                  "6: r7+96 ra-8 6@-16 3@-24",
                                  "11: r6+64 ra-8 6@-16 3@-24",
                                  "16: r6+64 ra-8 6@-16 3@-24 23@-80",
                                  "20: r6+64 ra-8 6@-16 3@-24 23@-80 4@+0")));
}

TEST_F(PeUnwind, ReadsEverySizeOfAllocation) {
  BytesBuilder b;
  b.u8(1).u8(9).u8(6).u8(0);
  b.u8(9).u8(0x11).u32(0x100000).u8(8).u8(0x01).u16(0x200).u8(4).u8(0x02);
  EXPECT_THAT(x64(b.build()),
              IsOkAnd(ElementsAre(
                  "0: r7+8 ra-8", "4: r7+16 ra-8", "8: r7+4112 ra-8", "9: r7+1052688 ra-8")));
}

TEST_F(PeUnwind, KnowsThatATrapHasNoReturnAddress) {
  BytesBuilder b;
  b.u8(1).u8(4).u8(2).u8(0).u8(4).u8(0x02).u8(0).u8(0x1a);
  EXPECT_THAT(x64(b.build()), IsOkAnd(ElementsAre("0: r7+16 ra-8 sp@+16", "4: r7+24 ra-8 sp@+16")));
}

// push rbx; push r12; sub rsp, 0x20; two epilogues of pop r12; pop rbx; ret, one of them the end
TEST_F(PeUnwind, FollowsTheEpiloguesOfVersionTwo) {
  BytesBuilder b;
  b.u8(2).u8(7).u8(5).u8(0);
  b.u8(0x04).u8(0x16).u8(0x20).u8(0x06);  // 4 bytes each, at the end and 0x20 before
  b.u8(7).u8(0x32).u8(3).u8(0xc0).u8(1).u8(0x30).u16(0);  // ALLOC_SMALL 0x20, PUSH r12, PUSH rbx
  EXPECT_THAT(x64(b.build()),
              IsOkAnd(ElementsAre("0: r7+8 ra-8",
                                  "1: r7+16 ra-8 3@-16",
                                  "3: r7+24 ra-8 3@-16 12@-24",
                                  "7: r7+56 ra-8 3@-16 12@-24",
                                  "224: r7+24 ra-8 12@-24 3@-16",
                                  "226: r7+16 ra-8 3@-16",
                                  "227: r7+8 ra-8",
                                  "228: r7+56 ra-8 3@-16 12@-24",
                                  "252: r7+24 ra-8 12@-24 3@-16",
                                  "254: r7+16 ra-8 3@-16",
                                  "255: r7+8 ra-8")));
}

TEST_F(PeUnwind, LeavesOutEpiloguesThatCannotBe) {
  const auto rows_of = [&](std::uint8_t size, std::uint8_t flags, std::uint16_t before_end) {
    BytesBuilder b;
    b.u8(2).u8(1).u8(3).u8(0).u8(size).u8(static_cast<std::uint8_t>(flags << 4 | 6));
    b.u16(static_cast<std::uint16_t>((before_end & 0xff) | 0x600 | (before_end >> 8) << 12));
    b.u8(1).u8(0x30).u16(0);
    return x64(b.build());
  };
  const auto none = IsOkAnd(ElementsAre("0: r7+8 ra-8", "1: r7+16 ra-8 3@-16"));
  EXPECT_THAT(rows_of(2, 0, 0), none);
  EXPECT_THAT(rows_of(1, 1, 0x20), none) << "no room for a return";
  EXPECT_THAT(rows_of(2, 0, 0x101), none) << "before the function";
  EXPECT_THAT(rows_of(2, 0, 0x100), none) << "before the prologue";
  EXPECT_THAT(rows_of(2, 0, 1), none) << "behind the function";
  EXPECT_THAT(rows_of(2, 0, 2), IsOkAnd(SizeIs(4)));
}

TEST_F(PeUnwind, ContinuesWhatItIsChainedTo) {
  BytesBuilder b;
  b.u8(0x21).u8(5).u8(2).u8(0).u8(5).u8(0x34).u16(3);  // SAVE_NONVOL rbx at + 24
  b.u32(0x1f00).u32(0x2000).u32(kRecord + 0x20).zeros(0x20 - b.size());
  b.u8(1).u8(4).u8(1).u8(0).u8(4).u8(0x42).u16(0);  // ALLOC_SMALL 40
  EXPECT_THAT(x64(b.build()), IsOkAnd(ElementsAre("0: r7+48 ra-8", "5: r7+48 ra-8 3@-24")));
}

TEST_F(PeUnwind, EndsAChainThatIsTooLong) {
  BytesBuilder b;
  b.u8(0x21).u8(0).u8(0).u8(0).u32(0x1f00).u32(0x2000).u32(kRecord);
  EXPECT_THAT(x64(b.build()), IsError(ErrorCode::kLimitExceeded, "more than 32 chained"));
}

TEST_F(PeUnwind, RefusesWhatDoesNotExist) {
  EXPECT_THAT(x64(BytesBuilder().u32(3).build()), IsError(ErrorCode::kUnsupported, "version 3"));
  EXPECT_THAT(x64(BytesBuilder().u8(1).u8(0).u8(1).u8(0).u16(0x0f00).u16(0).build()),
              IsError(ErrorCode::kUnsupported, "operation 15"));
  EXPECT_THAT(x64(BytesBuilder().u8(1).u8(0).u8(9).u8(0).build()),
              IsError(ErrorCode::kMalformed, "truncated"));
  EXPECT_THAT(arm64(BytesBuilder().u32(1U << 18 | 1U << 27).u32(0xe4).build()),
              IsError(ErrorCode::kUnsupported, "version 1"));
  EXPECT_THAT(arm64(BytesBuilder().u32(0x10 | 1U << 27).u32(0xe4f0).build()),
              IsError(ErrorCode::kUnsupported, "0xf0"));
  EXPECT_THAT(arm64({}, 3), IsError(ErrorCode::kUnsupported, "kind 3"));
}

// stp x29, lr, [sp, #-32]!; mov x29, sp; stp x19, x20, [sp, #16]; ...; the epilogue at + 0x30
TEST_F(PeUnwind, FollowsARecordOfArm64) {
  BytesBuilder b;
  b.u32(0x10 | 1U << 22 | 2U << 27).u32(0x30 / 4 | 4U << 22);
  b.u8(0xc8).u8(0x02).u8(0xe1).u8(0x83);  // save_regp x19 + 16, set_fp, save_fplr_x 32
  b.u8(0xe4).u8(0xe3).u8(0xe3).u8(0xe3);  // end; the epilogue's codes begin at 4: nothing
  const auto without = arm64(b.build());
  EXPECT_THAT(without,
              IsOkAnd(ElementsAre("0: r31+0",
                                  "4: r31+32 ra-24 29@-32",
                                  "8: r29+32 ra-24 29@-32",
                                  "12: r29+32 ra-24 29@-32 19@-16 20@-8")));
  BytesBuilder c;
  c.u32(0x10 | 1U << 22 | 2U << 27).u32(0x30 / 4 | 0U << 22);  // shares the prologue's codes
  c.u8(0xc8).u8(0x02).u8(0xe1).u8(0x83).u8(0xe4).zeros(3);
  EXPECT_THAT(arm64(c.build()),
              IsOkAnd(ElementsAre("0: r31+0",
                                  "4: r31+32 ra-24 29@-32",
                                  "8: r29+32 ra-24 29@-32",
                                  "12: r29+32 ra-24 29@-32 19@-16 20@-8",
                                  "52: r29+32 ra-24 29@-32",
                                  "56: r31+32 ra-24 29@-32",
                                  "60: r31+0")));
}

TEST_F(PeUnwind, ReadsEveryCodeOfArm64) {
  BytesBuilder b;
  b.u32(0x40 | 10U << 27);       // no epilogue
  b.u8(0xfc);                    // pac_sign_lr, the last instruction of all
  b.u8(0xe0).u8(0).u8(1).u8(0);  // alloc_l 4096
  b.u8(0xc1).u8(0);              // alloc_m 4096
  b.u8(0x02);                    // alloc_s 32
  b.u8(0xde).u8(0x41);           // save_freg_x d10, 16
  b.u8(0xdd).u8(0x81);           // save_freg d14 + 8
  b.u8(0xda).u8(0x41);           // save_fregp_x d9, 16
  b.u8(0xd8).u8(0x81);           // save_fregp d10 + 8
  b.u8(0xd6).u8(0x41);           // save_lrpair x21, lr + 8
  b.u8(0xd4).u8(0x41);           // save_reg_x x21, 16
  b.u8(0xd0).u8(0x81);           // save_reg x21 + 8
  b.u8(0xcc).u8(0x81);           // save_regp_x x21, 16
  b.u8(0xe6);                    // save_next
  b.u8(0x28);                    // save_r19r20_x 64
  b.u8(0xe2).u8(2);              // add_fp 16
  b.u8(0x42);                    // save_fplr + 16
  b.u8(0xe3).u8(0xe5);           // nop, end_c
  while (b.size() < 4 + 40) b.u8(0);
  const auto lines = arm64(b.build());
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(lines->size(), 18U);
  EXPECT_EQ((*lines)[1], "4: r31+0");
  EXPECT_EQ((*lines)[2], "8: r31+0 ra+24 29@+16");
  EXPECT_EQ((*lines)[3], "12: r29-16 ra+24 29@+16");
  EXPECT_EQ((*lines)[4], "16: r29-16 ra+24 29@+16 19@-64 20@-56");
  EXPECT_EQ((*lines)[5], "20: r29-16 ra+24 29@+16 19@-64 20@-56 21@-48 22@-40");
}

// What MSVC writes for the usual prologues, as its documentation lists them.
TEST_F(PeUnwind, UnfoldsPackedProloguesOfArm64) {
  const auto packed = [](unsigned reg_f, unsigned reg_i, unsigned h, unsigned cr, unsigned frame) {
    return 1U | 16U << 2 | reg_f << 13 | reg_i << 16 | h << 20 | cr << 21 | frame << 23;
  };
  EXPECT_THAT(arm64({}, packed(0, 2, 0, 3, 3)),  // stp x19,x20 -16; stp fp,lr -32; mov fp
              IsOkAnd(ElementsAre("0: r31+0",
                                  "4: r31+16 19@-16 20@-8",
                                  "8: r31+48 ra-40 19@-16 20@-8 29@-48",
                                  "12: r29+48 ra-40 19@-16 20@-8 29@-48")));
  EXPECT_THAT(arm64({}, packed(0, 1, 0, 1, 2)),  // stp x19,lr -16; sub 16
              IsOkAnd(ElementsAre("0: r31+0", "4: r31+16 ra-8 19@-16", "8: r31+32 ra-8 19@-16")));
  EXPECT_THAT(arm64({}, packed(1, 0, 0, 0, 1)),  // stp d8,d9 -16
              IsOkAnd(ElementsAre("0: r31+0", "4: r31+16 72@-16 73@-8")));
  EXPECT_THAT(
      arm64({}, packed(0, 0, 0, 3, 60)),  // sub 960; stp fp,lr; mov fp
      IsOkAnd(ElementsAre(
          "0: r31+0", "4: r31+960", "8: r31+960 ra-952 29@-960", "12: r29+960 ra-952 29@-960")));
  EXPECT_THAT(arm64({}, (packed(0, 2, 0, 3, 3) & ~3U) | 2),  // a fragment: no prologue
              IsOkAnd(ElementsAre("0: r29+48 ra-40 19@-16 20@-8 29@-48")));
}

TEST_F(PeUnwind, SurvivesAnyRecord) {
  Buffer record(64);
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    for (std::uint8_t& byte : record) {
      state = state * 6364136223846793005 + 1442695040888963407;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
    record[0] = static_cast<std::uint8_t>((record[0] & 0xf8) | 1);
    static_cast<void>(x64(record));
    static_cast<void>(arm64(record));
    static_cast<void>(arm(record));
    static_cast<void>(arm({}, static_cast<std::uint32_t>(state >> 20)));
    static_cast<void>(arm64(record, static_cast<std::uint32_t>(state >> 20)));
  }
}

TEST(PeUnwindFunctions, ReadsTheDirectory) {
  for (const std::string name : {"mingw.exe", "arm.dll"}) {
    const Buffer file = read_fixture("src/formats/pe/testdata/" + name);
    ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
    Diagnostics diagnostics;
    ASSERT_OK_AND_ASSIGN(const auto functions, unwind_functions(image, diagnostics));
    EXPECT_FALSE(functions.empty());
    EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
    std::vector<UnwindRow> rows;
    for (const UnwindFunction& function : functions) {
      EXPECT_THAT(read_unwind_rows(image, function, rows), IsOk());
      EXPECT_EQ(rows.front().offset, 0U);
    }
  }
}

TEST(PeUnwindFunctions, LoseTheThumbBit) {
  PeForTest pe;
  pe.machine = IMAGE_FILE_MACHINE_ARMNT;
  pe.is_pe32_plus = false;
  pe.section = BytesBuilder().u32(0x1101).u32(1U | 0x31U << 2 | 1U << 13 | 1U << 16).build();
  pe.directories[kExceptionTable] = {0x1000, 8};
  const Buffer file = pe.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto functions, unwind_functions(image, diagnostics));
  ASSERT_THAT(functions, SizeIs(1));
  EXPECT_EQ(functions[0].begin, 0x1100U);
  EXPECT_EQ(functions[0].size, 0x62U);
}

TEST(PeUnwindFunctions, LeavesOutWhatHasNoSize) {
  PeForTest pe;
  pe.section = BytesBuilder().u32(0x2000).u32(0x2000).u32(1).u32(0).u32(9).u32(0).build();
  pe.directories[kExceptionTable] = {0x1000, 24};
  const Buffer file = pe.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  Diagnostics diagnostics;
  EXPECT_THAT(unwind_functions(image, diagnostics), IsOkAnd(IsEmpty()));
  EXPECT_EQ(diagnostics.count(), 1U);
}

}  // namespace
}  // namespace sigla::pe
