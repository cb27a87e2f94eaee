// SPDX-License-Identifier: Apache-2.0
// The functions of Microsoft's "ARM exception handling", section "Examples", and what they leave
// out.
#include "formats/pe/unwind_arm.h"

#include "formats/pe/unwind_for_test.h"

namespace sigla::pe {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

struct Word {
  std::uint32_t flag = 1;
  std::uint32_t length = 0;  // in bytes
  std::uint32_t ret = 0;
  std::uint32_t h = 0;
  std::uint32_t reg = 0;
  std::uint32_t r = 0;
  std::uint32_t l = 0;
  std::uint32_t c = 0;
  std::uint32_t adjust = 0;

  std::uint32_t packed() const {
    return flag | length / 2 << 2 | ret << 13 | h << 15 | reg << 16 | r << 19 | l << 20 | c << 21 |
           adjust << 22;
  }
};

class PeUnwindArm : public PeUnwind {
 protected:
  Result<std::vector<std::string>> packed(const Word& word) { return arm({}, word.packed()); }
};

// push {r4-r5}; ...; pop {r4-r5}; bx lr
TEST_F(PeUnwindArm, FollowsALeaf) {
  EXPECT_THAT(packed({.length = 0x62, .ret = 1, .reg = 1}),
              IsOkAnd(ElementsAre("0: r13+0", "2: r13+8 4@-8 5@-4", "96: r13+0")));
}

// push {r4-r7, lr}; sub sp, #12; ...; add sp, #12; pop {r4-r7, pc}
TEST_F(PeUnwindArm, FollowsAFunctionWithLocals) {
  EXPECT_THAT(packed({.length = 0x6a, .reg = 3, .l = 1, .adjust = 3}),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "2: r13+20 ra-4 4@-20 5@-16 6@-12 7@-8",
                                  "4: r13+32 ra-4 4@-20 5@-16 6@-12 7@-8",
                                  "104: r13+20 ra-4 4@-20 5@-16 6@-12 7@-8")));
}

// push {r0-r3}; push {r4-r6, lr}; ...; pop {r4-r6}; ldr pc, [sp], #0x14: the document's own
// disassembly of the pop has four bytes, which are the encoding of pop {r4-r6, lr}.
TEST_F(PeUnwindArm, FollowsAVariadicFunction) {
  EXPECT_THAT(
      packed({.length = 0x54, .h = 1, .reg = 2, .l = 1}),
      IsOkAnd(ElementsAre(
          "0: r13+0", "2: r13+16", "4: r13+32 ra-20 4@-32 5@-28 6@-24", "80: r13+20 ra-20")));
}

TEST_F(PeUnwindArm, FollowsAFunctionOfManyEpilogues) {
  BytesBuilder b;
  b.u32(0x80 | 4U << 23 | 1U << 28);
  for (const std::uint32_t start : {0x22U, 0x40U, 0x60U, 0x80U}) b.u32(start / 2 | 0xeU << 20);
  b.u8(0x06).u8(0xde).u8(0xff).u8(0);  // add sp, #24; pop {r4-r10, lr}; end
  const std::string body = ": r13+56 ra-4 4@-32 5@-28 6@-24 7@-20 8@-16 9@-12 10@-8";
  const std::string popped = ": r13+32 ra-4 4@-32 5@-28 6@-24 7@-20 8@-16 9@-12 10@-8";
  EXPECT_THAT(arm(b.build()),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "4" + popped,
                                  "6" + body,
                                  "36" + popped,
                                  "40" + body,
                                  "66" + popped,
                                  "70" + body,
                                  "98" + popped,
                                  "102" + body,
                                  "130" + popped,
                                  "134" + body)));
}

// push {r0-r3}; push {r4-r8, lr}; mov r6, sp; ...; mov sp, r6; pop {r4-r8, lr}; add sp, #16; bx lr
TEST_F(PeUnwindArm, FollowsAFramePointer) {
  BytesBuilder b;
  b.u32(0x80 | 1U << 23 | 1U << 28).u32(0xc0 / 2 | 0xeU << 20);
  b.u8(0xc6).u8(0xdc).u8(0x04).u8(0xfd);
  EXPECT_THAT(arm(b.build()),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "2: r13+16",
                                  "6: r13+40 ra-20 4@-40 5@-36 6@-32 7@-28 8@-24",
                                  "8: r6+40 ra-20 4@-40 5@-36 6@-32 7@-28 8@-24",
                                  "194: r13+40 ra-20 4@-40 5@-36 6@-32 7@-28 8@-24",
                                  "198: r13+16",
                                  "200: r13+0",
                                  "202: r6+40 ra-20 4@-40 5@-36 6@-32 7@-28 8@-24")));
}

// push {r4, r7, lr}; sub sp, #20; mov r7, sp; its only epilogue is the end of the function
TEST_F(PeUnwindArm, FollowsAFunctionWithAHandler) {
  BytesBuilder b;
  b.u32(0x4e / 2 | 1U << 20 | 1U << 21 | 2U << 28);
  b.u8(0xc7).u8(0x05).u8(0xed).u8(0x90).u8(0xff).zeros(3).u32(0x19a7ed);
  EXPECT_THAT(arm(b.build()),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "2: r13+12 ra-4 4@-12 7@-8",
                                  "4: r13+32 ra-4 4@-12 7@-8",
                                  "6: r7+32 ra-4 4@-12 7@-8",
                                  "74: r13+32 ra-4 4@-12 7@-8",
                                  "76: r13+12 ra-4 4@-12 7@-8")));
}

// push {lr}; sub sp, #4; ...; add sp, #4; pop {pc}
TEST_F(PeUnwindArm, FollowsAFunclet) {
  EXPECT_THAT(packed({.length = 0x16, .reg = 7, .r = 1, .l = 1, .adjust = 1}),
              IsOkAnd(ElementsAre("0: r13+0", "2: r13+4 ra-4", "4: r13+8 ra-4", "20: r13+4 ra-4")));
}

TEST_F(PeUnwindArm, UnfoldsEveryFlagOfAPackedWord) {
  // push {r4-r6, r11, lr}; add r11, sp, #12; sub.w sp, #512; ...; add.w sp; pop; b.w
  EXPECT_THAT(packed({.length = 0x40, .ret = 2, .reg = 2, .l = 1, .c = 1, .adjust = 128}),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "4: r13+20 ra-4 4@-20 5@-16 6@-12 11@-8",
                                  "8: r13+20 ra-4 4@-20 5@-16 6@-12 11@-8",
                                  "12: r13+532 ra-4 4@-20 5@-16 6@-12 11@-8",
                                  "56: r13+20 ra-4 4@-20 5@-16 6@-12 11@-8",
                                  "60: r13+0")));
  // push {r11, lr}; mov r11, sp; vpush {d8-d9}; no epilogue
  EXPECT_THAT(packed({.length = 0x40, .ret = 3, .reg = 1, .r = 1, .l = 1, .c = 1}),
              IsOkAnd(ElementsAre("0: r13+0",
                                  "4: r13+8 ra-4 11@-8",
                                  "6: r13+8 ra-4 11@-8",
                                  "10: r13+24 ra-4 11@-8 264@-24 265@-16")));
  // push {r2-r4, lr}; ...; pop {r2-r4, pc}: two words folded into both
  EXPECT_THAT(packed({.length = 0x40, .l = 1, .adjust = 0x3fd}),
              IsOkAnd(ElementsAre("0: r13+0", "2: r13+16 ra-4 4@-8")));
  // push {r3, r4}; ...; add sp, #4; pop {r4}; bx lr: folded into the prologue alone
  EXPECT_THAT(packed({.length = 0x40, .ret = 1, .adjust = 0x3f4}),
              IsOkAnd(ElementsAre("0: r13+0", "2: r13+8 4@-4", "60: r13+4 4@-4", "62: r13+0")));
  // push {r0-r3}; ...; add sp, #16; bx lr
  EXPECT_THAT(packed({.length = 0x40, .ret = 1, .h = 1, .reg = 7, .r = 1}),
              IsOkAnd(ElementsAre("0: r13+0", "2: r13+16", "62: r13+0")));
  // A fragment has no prologue.
  EXPECT_THAT(packed({.flag = 2, .length = 0x40, .ret = 3, .reg = 1, .l = 1}),
              IsOkAnd(ElementsAre("0: r13+12 ra-4 4@-12 5@-8")));
}

TEST_F(PeUnwindArm, ReadsEveryCode) {
  BytesBuilder b;
  b.u32(0x80 | 1U << 22).u32(9U << 16);  // a fragment; the extension has the counts
  b.u8(0x01);                            // add sp, #4
  b.u8(0xe8).u8(0x02);                   // addw sp, #8
  b.u8(0xf7).u8(0).u8(3);                // add sp, #12
  b.u8(0xf8).u8(0).u8(0).u8(4);          // add sp, #16
  b.u8(0xf9).u8(0).u8(5);                // add.w sp, #20
  b.u8(0xfa).u8(0).u8(0).u8(6);          // add.w sp, #24
  b.u8(0xfb).u8(0xfc);                   // nop, nop.w
  b.u8(0xe0);                            // vpop {d8}
  b.u8(0xf5).u8(0x9a);                   // vpop {d9-d10}
  b.u8(0xf6).u8(0x01);                   // vpop {d16-d17}
  b.u8(0xd0);                            // pop {r4}
  b.u8(0xd8);                            // pop.w {r4-r8}
  b.u8(0xec).u8(0x60);                   // pop {r5, r6}
  b.u8(0x90).u8(0x00);                   // pop.w {r12}
  b.u8(0xef).u8(0x02);                   // ldr lr, [sp], #8
  b.u8(0xfe);                            // end
  while (b.size() < 8 + 36) b.u8(0);
  EXPECT_THAT(arm(b.build()),
              IsOkAnd(ElementsAre("0: r13+168 ra-8 12@-12 5@-36 6@-32 4@-44 7@-28 8@-24 272@-60 "
                                  "273@-52 265@-76 266@-68 264@-84")));
}

TEST_F(PeUnwindArm, RefusesWhatDoesNotExist) {
  EXPECT_THAT(arm({}, 3), IsError(ErrorCode::kUnsupported, "kind 3"));
  EXPECT_THAT(arm(BytesBuilder().u32(0x10 | 1U << 18 | 1U << 28).u32(0xff).build()),
              IsError(ErrorCode::kUnsupported, "version 1"));
  for (const std::uint32_t code : {0x00eeU, 0x10efU, 0x00f0U, 0x00f4U}) {
    EXPECT_THAT(arm(BytesBuilder().u32(0x10 | 1U << 28).u32(code).build()),
                IsError(ErrorCode::kUnsupported, "unwind code"));
  }
  EXPECT_THAT(arm(BytesBuilder().u32(0x10 | 1U << 28).u32(0xfa010101).build()),
              IsError(ErrorCode::kMalformed, "truncated"));
  EXPECT_THAT(arm(BytesBuilder().u32(0x10 | 15U << 28).build()),
              IsError(ErrorCode::kMalformed, "truncated"));
}

}  // namespace
}  // namespace sigla::pe
