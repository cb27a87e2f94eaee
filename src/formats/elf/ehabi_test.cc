// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/ehabi.h"

#include <gtest/gtest.h>

#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

// "r13+8 4@-8 14@-4"
std::string text(const EhabiFrame& frame) {
  std::string out = fmt::format("r{}{:+}", frame.cfa_register, frame.cfa_offset);
  for (const auto& [reg, offset] : frame.saved) out += fmt::format(" {}@{:+}", reg, offset);
  return out;
}
std::string run(std::initializer_list<std::uint8_t> instructions) {
  const Buffer bytes(instructions);
  const auto frame = run_ehabi(bytes);
  return frame.has_value() ? text(*frame) : frame.error().message();
}

TEST(Ehabi, UndoesFrames) {
  EXPECT_EQ(run({0xb0}), "r13+0");
  EXPECT_EQ(run({0xa8, 0xb0, 0xb0}), "r13+8 4@-8 14@-4");
  EXPECT_EQ(run({0x02, 0xab}), "r13+32 4@-20 5@-16 6@-12 7@-8 14@-4");
  EXPECT_EQ(run({0x97, 0x41, 0x84, 0x08}), "r7+0 7@-8 14@-4");
  EXPECT_EQ(run({0x9b, 0x41}), "r11-8");
  EXPECT_EQ(run({0x88, 0x01}), "r13+8 4@-8 15@-4");
  EXPECT_EQ(run({0xb1, 0x0f}), "r13+16 0@-16 1@-12 2@-8 3@-4");
  EXPECT_EQ(run({0xb2, 0x81, 0x01}), "r13+1032");
  EXPECT_EQ(run({0xb9}), "r13+20 264@-20 265@-12");
  EXPECT_EQ(run({0xd1}), "r13+16 264@-16 265@-8");
  EXPECT_EQ(run({0xc9, 0x81}), "r13+16 264@-16 265@-8");
  EXPECT_EQ(run({0xc8, 0x00}), "r13+8 272@-8");
  EXPECT_EQ(run({0xb3, 0x80}), "r13+12 264@-12");
  EXPECT_EQ(run({0xb4, 0xa8}), "r13+12 4@-8 14@-4");
  EXPECT_EQ(run({0xc0, 0xc6, 0x01, 0xc7, 0x03}), "r13+32");
}

TEST(Ehabi, RefusesWhatItCannotFollow) {
  for (const std::initializer_list<std::uint8_t>& bad :
       {std::initializer_list<std::uint8_t>{0x80, 0x00},
        {0x9d},
        {0x9f},
        {0x82, 0x00},
        {0xa8, 0x97},
        {0xb1, 0x00},
        {0xb1, 0x10},
        {0xb6},
        {0xc7, 0x00},
        {0xff},
        {0xb2, 0xff, 0xff, 0xff, 0xff, 0x7f}}) {
    const Buffer bytes(bad);
    EXPECT_FALSE(run_ehabi(bytes).has_value()) << int{bytes[0]};
  }
  EXPECT_EQ(run({0x88}), "EHABI instructions: truncated at offset 1");
}

// Every function of it says that it cannot be unwound.
TEST(EhabiFunctions, LeavesOutWhatCannotBeUnwound) {
  const Buffer file = read_fixture("src/formats/elf/testdata/arm.so");
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_NE(image.section(".ARM.exidx"), nullptr);
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto functions, ehabi_functions(image, diagnostics));
  EXPECT_TRUE(functions.empty());
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
}

}  // namespace
}  // namespace sigla::elf
