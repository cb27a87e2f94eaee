// SPDX-License-Identifier: Apache-2.0
// PLT entries against what objdump of binutils calls them, in libraries built here.
#include "formats/elf/plt.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <sstream>

#include "base/text.h"
#include "formats/elf/functions.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

constexpr std::string_view kSource =
    "extern int first(int), second(int);\n"
    "int third(int x) { return x; }\n"
    "int call(int x) { return first(x) + second(x) + third(x); }\n";

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

// "0000000000001030 <first@plt>:". Debian's objdump knows x86 only, LLVM's knows no .plt.sec.
std::map<std::uint64_t, std::string> by_objdump(const std::string& file, bool is_x86) {
  std::map<std::uint64_t, std::string> entries;
  const std::string objdump = is_x86 ? "objdump" : "llvm-objdump-19";
  std::istringstream lines(output_of(objdump + " -d --no-show-raw-insn " + file));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t name = line.find(" <");
    const std::size_t end = line.find("@plt>:");
    if (name == std::string::npos || end == std::string::npos) continue;
    const auto address = parse_hex(line.substr(0, name));
    if (address) entries[*address] = line.substr(name + 2, end - name - 2);
  }
  return entries;
}

class PltEntries : public testing::TestWithParam<const char*> {};

TEST_P(PltEntries, AreNamedAsObjdumpDoes) {
  const std::string folder(trim(output_of("mktemp -d")));
  const std::string library = folder + "/a.so";
  output_of("printf '" + std::string(kSource) + "' | " + GetParam() +
            " -O1 -shared -fPIC -nostdlib -x c - -o " + library);
  const std::string file = output_of("cat " + library);
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(as_bytes(file), Limits()));
  std::map<std::uint64_t, std::string> entries;
  for (const PltEntry& entry : plt_entries(image, Limits())) {
    entries[entry.address + load_address(image)] = entry.symbol;
  }
  EXPECT_EQ(entries, by_objdump(library, image.header().e_machine != EM_AARCH64));
  EXPECT_GE(entries.size(), 2U);
  output_of("rm -r " + folder);
}

INSTANTIATE_TEST_SUITE_P(
    Compilers,
    PltEntries,
    testing::Values("gcc",
                    "gcc -fcf-protection -Wl,-z,ibtplt",
                    "gcc -Wl,-z,now",
                    "clang-19 --target=x86_64-linux-gnu -fuse-ld=lld",
                    "clang-19 --target=i686-linux-gnu -fuse-ld=lld",
                    "clang-19 --target=aarch64-linux-gnu -fuse-ld=lld",
                    "clang-19 --target=aarch64-linux-gnu -mbranch-protection=bti -fuse-ld=lld "
                    "-Wl,-z,force-bti"));

TEST(PltEntriesOfNothing, AreNone) {
  const Buffer file = read_fixture("src/formats/elf/testdata/libsmall.so.debug");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_TRUE(plt_entries(image, Limits()).empty());
}

}  // namespace
}  // namespace sigla::elf
