// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/symbols.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "formats/elf/dump.h"
#include "formats/elf/functions.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

std::vector<std::string> names_of(const std::vector<Function>& functions) {
  std::vector<std::string> names;
  for (const Function& function : functions) names.emplace_back(function.name);
  return names;
}

TEST(ElfSymbols, AreThoseOfBothTables) {
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto fixed, SymbolTable::open_static(image, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto dynamic, SymbolTable::open_dynamic(image, Limits()));
  ASSERT_TRUE(fixed.has_value());
  ASSERT_TRUE(dynamic.has_value());
  ASSERT_EQ(dynamic->size(), 2U);
  EXPECT_EQ(dynamic->symbol(0).name, "");
  EXPECT_EQ(dynamic->symbol(1).name, "answer");
  EXPECT_EQ(dynamic->symbol(1).type, STT_FUNC);
  EXPECT_EQ(dynamic->symbol(1).binding, STB_GLOBAL);
  EXPECT_GT(fixed->size(), dynamic->size());
}

TEST(ElfSymbols, OfTheDynamicSectionDoNotNeedSectionHeaders) {
  for (const char* name : {"libsmall.so", "arm.so", "mips.so", "riscv64.so"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open_without_sections(file, Limits()));
    ASSERT_OK_AND_ASSIGN(const auto dynamic, SymbolTable::open_dynamic(image, Limits()));
    ASSERT_TRUE(dynamic.has_value()) << name;
    ASSERT_GE(dynamic->size(), 2U);
    EXPECT_EQ(dynamic->symbol(dynamic->size() - 1).name, "answer") << name;
  }
}

TEST(ElfFunctions, OfEveryMachineAreTheTwoOfTheSource) {
  for (const char* name : {"libsmall.so",
                           "arm64.so",
                           "arm.so",
                           "i686.so",
                           "riscv64.so",
                           "mips.so",
                           "libsmall.so.debug"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
    auto names = names_of(functions);
    std::ranges::sort(names);
    ASSERT_EQ(names, (std::vector<std::string>{"answer", "hidden"})) << name;
    const Section* text = image.section(".text");
    const std::uint64_t start = text->sh_addr - load_address(image);
    for (const Function& function : functions) {
      EXPECT_GE(function.address, start) << name;
      EXPECT_LE(function.address + function.size, start + text->sh_size) << name;
      EXPECT_GT(function.size, 4U) << name;
    }
  }
}

TEST(ElfFunctions, LoseTheThumbBitAndMappingSymbols) {
  const Buffer file = read_fixture(kTestdata + "arm.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto dynamic, SymbolTable::open_dynamic(image, Limits()));
  EXPECT_EQ(dynamic->symbol(1).st_value % 2, 1U);
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  for (const Function& function : functions) EXPECT_EQ(function.address % 2, 0U);
}

TEST(ElfFunctions, OfPowerPc64AreWhereTheirDescriptorsSay) {
  const Buffer file = read_fixture(kTestdata + "ppc64.exec");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  EXPECT_EQ(names_of(functions), (std::vector<std::string>{"answer", "hidden", "_start"}));
  const Section* text = image.section(".text");
  EXPECT_EQ(functions.at(0).address + load_address(image), text->sh_addr);
}

TEST(ElfFunctions, OfAStrippedLibraryAreItsExports) {
  const Buffer file = read_fixture(kTestdata + "libsmall.stripped.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  EXPECT_EQ(names_of(functions), std::vector<std::string>{"answer"});
  ASSERT_OK_AND_ASSIGN(const Image bare, Image::open_without_sections(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto same, functions_of(bare, Limits()));
  EXPECT_EQ(names_of(same), std::vector<std::string>{"answer"});
}

TEST(ElfFunctions, CountFromTheLoadAddress) {
  const Buffer file = read_fixture(kTestdata + "small.exec");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_EQ(load_address(image), 0x400000U);
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  ASSERT_EQ(functions.size(), 3U);
  EXPECT_EQ(functions[2].name, "_start");
  EXPECT_EQ(functions[2].address, image.header().e_entry - 0x400000);
}

TEST(ElfFunctions, OfARelocatableCountFromItsFirstCode) {
  const Buffer file = read_fixture(kTestdata + "small.zlib.o");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  ASSERT_FALSE(functions.empty());
  EXPECT_EQ(functions[0].address, 0U);
}

TEST(ElfFunctions, TakeOneNameAnAddressAndSizesUpToTheNext) {
  const Buffer file = read_fixture(kTestdata + "names.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto functions, functions_of(image, Limits()));
  // names.s: of one address a local, a weak and a global name; then two labels without size or
  // type.
  EXPECT_EQ(names_of(functions), (std::vector<std::string>{"chosen", "label", "last"}));
  EXPECT_EQ(functions.at(0).size, 4U);
  EXPECT_EQ(functions.at(1).size, 8U);
  EXPECT_EQ(functions.at(2).size, 2U);
}

TEST(ElfDump, IsStable) {
  for (const std::string name : {"libsmall.so",
                                 "libsmall.stripped.so",
                                 "libsmall.zstd.so",
                                 "mips.so",
                                 "ppc64.so",
                                 "arm.so"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    expect_golden(kTestdata + name + ".golden.txt", dump(image, Limits()));
  }
}

}  // namespace
}  // namespace sigla::elf
