// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/functions.h"

#include <gtest/gtest.h>

#include "formats/pe/pe_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

const std::string kTestdata = "src/formats/pe/testdata/";

const Function* find(const std::vector<Function>& functions, std::string_view name) {
  for (const Function& function : functions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

TEST(PeFunctions, OfMingwAreItsCoffSymbols) {
  const Buffer file = read_fixture(kTestdata + "mingw.exe");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto functions = functions_of(image, Limits());
  ASSERT_NE(find(functions, "scale"), nullptr);
  EXPECT_EQ(find(functions, "scale")->address, 0x1000U);
  EXPECT_EQ(find(functions, "scale")->size, 6U);
  ASSERT_NE(find(functions, "lookup"), nullptr);
  EXPECT_EQ(find(functions, "lookup")->address, 0x1006U);
  EXPECT_EQ(find(functions, "lookup")->size, 0x42U);
  // ".text" is a section, and what the linker calls __end__ lies where "scale" does.
  EXPECT_EQ(find(functions, ".text"), nullptr);
  EXPECT_EQ(find(functions, "__end__"), nullptr);
}

TEST(PeFunctions, OfArmLoseTheThumbBitAndEndWithTheirUnwindRecord) {
  const Buffer file = read_fixture(kTestdata + "arm.dll");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto functions = functions_of(image, Limits());
  ASSERT_NE(find(functions, "locals"), nullptr);
  EXPECT_EQ(find(functions, "locals")->address, 0x1008U);
  EXPECT_EQ(find(functions, "locals")->size, 0x1cU);
  ASSERT_NE(find(functions, "variadic"), nullptr);
  EXPECT_EQ(find(functions, "variadic")->address, 0x1092U);
  EXPECT_EQ(find(functions, "variadic")->size, 0x2cU);
}

TEST(PeFunctions, OfALibraryAreItsExports) {
  for (const char* name : {"small64.dll", "small32.dll"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    const auto functions = functions_of(image, Limits());
    ASSERT_EQ(functions.size(), 1U) << name;
    EXPECT_EQ(functions[0].name, "lookup");
    EXPECT_EQ(functions[0].address, 0x1000U);
  }
  const Buffer file = read_fixture(kTestdata + "small64.dll");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_EQ(functions_of(image, Limits())[0].size, 0x4bU);  // by .pdata
}

// A PE whose one section is executable and holds an export table of three names.
Buffer with_exports(std::uint16_t machine) {
  constexpr std::uint32_t kRva = 0x1000;
  BytesBuilder b;
  b.zeros(0x20);  // code
  b.zeros(20).u32(3).u32(3).u32(kRva + 0x48).u32(kRva + 0x54).u32(kRva + 0x60);
  b.u32(kRva).u32(kRva + 0x70).u32(kRva + 8);            // the second is forwarded
  b.u32(kRva + 0x66).u32(kRva + 0x6f).u32(kRva + 0x73);  // names
  b.u16(0).u16(1).u16(2);                                // ordinals
  b.cstring("_plain@8").cstring("fwd").cstring("?cxx@@YAXXZ");
  PeForTest pe;
  pe.machine = machine;
  pe.section = b.build();
  pe.directories[kExportTable] = {kRva + 0x20, 0x5f};
  Buffer file = pe.build();
  // Characteristics of the only section, in the last word of its header.
  const std::size_t at = 0x40 + 24 + 240 + 36;
  file[at + 3] = 0x60;
  return file;
}

TEST(PeFunctions, LeaveOutForwardedExports) {
  const Buffer file = with_exports(IMAGE_FILE_MACHINE_AMD64);
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto functions = functions_of(image, Limits());
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].name, "_plain@8");
  EXPECT_EQ(functions[0].size, 8U);
  EXPECT_EQ(functions[1].name, "?cxx@@YAXXZ");
}

TEST(PeFunctions, LoseTheDecorationOfX86) {
  const Buffer file = with_exports(IMAGE_FILE_MACHINE_I386);
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  const auto functions = functions_of(image, Limits());
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].name, "plain");
  EXPECT_EQ(functions[1].name, "?cxx@@YAXXZ");
}

TEST(PeFunctions, SurviveEveryTruncation) {
  for (const char* name : {"mingw.exe", "small64.dll"}) {
    const Buffer file = read_fixture(kTestdata + name);
    for_every_prefix(file, 13, [](Bytes prefix) {
      const auto image = Image::open(prefix, Limits());
      if (image.has_value()) static_cast<void>(functions_of(*image, Limits()));
    });
  }
}

}  // namespace
}  // namespace sigla::pe
