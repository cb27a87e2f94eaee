// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/functions.h"

#include <gtest/gtest.h>

#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::macho {
namespace {

const std::string kTestdata = "src/formats/macho/testdata/";

TEST(MachoFunctions, LoseTheirUnderscoreAndCountFromText) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dwarf");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  const Section* text = image.section("__TEXT", "__text");
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].name, "answer");
  EXPECT_EQ(functions[0].address + image_base(image), text->addr);
  EXPECT_EQ(functions[1].name, "hidden");
  EXPECT_EQ(functions[0].size + functions[1].size, text->size);
}

// The libraries are stripped of "hidden", which LC_FUNCTION_STARTS still knows.
TEST(MachoFunctions, EndWhereTheNextOneStarts) {
  for (const char* name : {"small.arm64.dylib", "small.x86_64.dylib"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
    ASSERT_EQ(functions.size(), 1U) << name;
    EXPECT_EQ(functions[0].name, "answer");
    EXPECT_EQ(functions[0].size, 0x30U) << name;
  }
}

TEST(MachoFunctions, OfObjectFilesAreThere) {
  for (const char* name : {"small.arm64.o", "small.i386.o"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    EXPECT_EQ(image_base(image), 0U);
    ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
    EXPECT_EQ(functions.size(), 2U) << name;
  }
}

TEST(MachoFunctions, SurviveEveryTruncation) {
  const Buffer file = read_fixture(kTestdata + "small.arm64.dylib");
  for_every_prefix(file, 16, [](Bytes prefix) {
    const auto image = Image::open(prefix, Limits());
    if (image.has_value()) static_cast<void>(functions_of(*image, Limits()));
  });
}

}  // namespace
}  // namespace sigla::macho
