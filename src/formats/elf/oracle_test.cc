// SPDX-License-Identifier: Apache-2.0
// Sections and symbols against what readelf of binutils makes of the same files. binutils comes
// with the compiler, so it is there wherever this was built.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "base/text.h"
#include "formats/elf/symbols.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> block;
  for (std::size_t size; (size = fread(block.data(), 1, block.size(), pipe)) != 0;) {
    text.append(block.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

class ElfAgainstReadelf : public testing::TestWithParam<const char*> {
 protected:
  std::string readelf(const std::string& options) const {
    return output_of("readelf --wide " + options + " " + source_path(kTestdata + GetParam()) +
                     " 2>/dev/null");
  }
};

// "  [ 7] .text  PROGBITS  00000000000011ac 0001ac 00001d 00 AX ...", numbers in hexadecimal.
TEST_P(ElfAgainstReadelf, SectionsAgree) {
  const Buffer file = read_fixture(kTestdata + GetParam());
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  std::istringstream lines(readelf("--sections"));
  std::size_t compared = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto close = line.find("] ");
    if (!line.starts_with("  [") || close == std::string::npos) continue;
    const auto index = parse_decimal(trim(std::string_view(line).substr(3, close - 3)));
    if (!index || *index == 0) continue;
    ASSERT_LT(*index, image.sections().size());
    const Section& section = image.sections()[*index];
    std::istringstream fields(line.substr(close + 1));
    std::string name, type, address, offset, size;
    fields >> name >> type >> address >> offset >> size;
    EXPECT_EQ(section.name, name);
    EXPECT_EQ(section.sh_addr, parse_hex(address)) << name;
    EXPECT_EQ(section.sh_offset, parse_hex(offset)) << name;
    EXPECT_EQ(section.sh_size, parse_hex(size)) << name;
    EXPECT_EQ(section.sh_type == SHT_NOBITS, type == "NOBITS") << name;
    ++compared;
  }
  EXPECT_EQ(compared + 1, image.sections().size());
}

// "     5: 000011ad    20 FUNC    GLOBAL DEFAULT    7 answer"
TEST_P(ElfAgainstReadelf, SymbolsAgree) {
  const Buffer file = read_fixture(kTestdata + GetParam());
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  std::istringstream lines(readelf("--syms"));
  std::optional<SymbolTable> table;
  std::size_t compared = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Symbol table")) {
      auto opened = line.find(".dynsym") != std::string::npos
                        ? SymbolTable::open_dynamic(image, Limits())
                        : SymbolTable::open_static(image, Limits());
      ASSERT_THAT(opened, IsOkAnd(testing::Optional(testing::_)));
      table = *std::move(opened);
      continue;
    }
    std::istringstream fields(line);
    std::string index, value, size, type, binding, visibility, section, name;
    fields >> index >> value >> size >> type >> binding >> visibility >> section >> name;
    if (!table || !index.ends_with(':') || index == "Num:") continue;
    const auto number = parse_decimal(index.substr(0, index.size() - 1));
    ASSERT_TRUE(number && *number < table->size()) << line;
    const Symbol symbol = table->symbol(*number);
    EXPECT_EQ(symbol.st_value, parse_hex(value)) << line;
    EXPECT_EQ(symbol.st_size, parse_decimal(size)) << line;
    EXPECT_EQ(symbol.type == STT_FUNC, type == "FUNC") << line;
    EXPECT_EQ(symbol.binding == STB_GLOBAL, binding == "GLOBAL") << line;
    if (type != "SECTION") {
      EXPECT_EQ(trim(symbol.name), name.substr(0, name.find('@'))) << line;
    }
    ++compared;
  }
  EXPECT_GT(compared, 1U);
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         ElfAgainstReadelf,
                         testing::Values("libsmall.so",
                                         "libsmall.so.debug",
                                         "libsmall.stripped.so",
                                         "small.pie",
                                         "small.exec",
                                         "small.zlib.o",
                                         "mips.so",
                                         "ppc64.so",
                                         "arm.so",
                                         "arm64.so",
                                         "i686.so",
                                         "riscv64.so"));

}  // namespace
}  // namespace sigla::elf
