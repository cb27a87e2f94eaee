// SPDX-License-Identifier: Apache-2.0
// A program in C++, C and assembler, compiled in many ways, and every address of it compared with
// what llvm-symbolizer says.
#include "convert/dwarf_to_symcache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "formats/elf/image.h"
#include "symcache/symcache.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

const char* const kHeader = R"(
struct Sink { int total = 0; void add(int x); };
static inline int scale(int x) {
  if (x > 100) return x / 3;
  return x * 5;
}
template <typename T> inline T twice(T x) {
  return scale(x) + scale(x + 1);
}
)";
const char* const kMain = R"(
#include <sub/part.h>
extern "C" int c_part(int);
extern "C" void asm_part();
volatile int gate = 3;
namespace deep { namespace inside {
__attribute__((noinline)) int worker(Sink& sink, int n) {
  struct Local {
    int bias;
    __attribute__((noinline)) int shift(int x) { return x * bias + gate; }
  };
  Local local{n};
  auto lambda = [&](int x) __attribute__((noinline)) { sink.add(x); return x ^ n; };
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += twice(i) + local.shift(i) + lambda(sum);
  if (__builtin_expect(sum < 0, 0)) __builtin_trap();
  return sum;
}
} }
__attribute__((noinline)) void Sink::add(int x) { total += twice(x) * gate; }
int unused_part(int x) { return twice(x) + 11; }
extern "C" __attribute__((noinline)) int entry(int n) {
  Sink sink;
  int r = deep::inside::worker(sink, n) + c_part(n);
  asm_part();
  return r + twice(r);
}
extern "C" void _start() { gate = entry(gate); for (;;) {} }
)";
const char* const kC = R"(
static inline int step(int x) { return x & 1 ? x * 3 + 1 : x / 2; }
__attribute__((noinline, cold)) static int rare(int x) { return step(x) - step(x + 7); }
int c_part(int n) {
  int count = 0;
  while (n > 1) { n = step(n); ++count; }
  if (count > 100) return rare(n);
  return count;
}
)";
const char* const kAssembler = R"(
  .text
  .globl asm_part
  .type asm_part, @function
asm_part:
  nop
  nop
  ret
  .size asm_part, .-asm_part
)";

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

Buffer read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << path;
  return Buffer(std::istreambuf_iterator<char>(stream), {});
}

// One way to compile: `%s` in `commands` is the folder.
struct Variant {
  const char* name;
  const char* commands;
  std::vector<const char*> split = {};  // .dwo or .dwp
  // dwz's file, which llvm-symbolizer does not read: it gets the file from before.
  const char* supplementary = nullptr;
  bool lacks_lines = false;
};

dwarf::Sections sections_of(const elf::Image& image) {
  dwarf::Sections sections;
  sections.order = image.header().order;
  const std::pair<const char*, Bytes dwarf::Sections::*> names[] = {
      {".debug_info", &dwarf::Sections::info},
      {".debug_abbrev", &dwarf::Sections::abbrev},
      {".debug_str", &dwarf::Sections::str},
      {".debug_line_str", &dwarf::Sections::line_str},
      {".debug_str_offsets", &dwarf::Sections::str_offsets},
      {".debug_addr", &dwarf::Sections::addr},
      {".debug_line", &dwarf::Sections::line},
      {".debug_ranges", &dwarf::Sections::ranges},
      {".debug_rnglists", &dwarf::Sections::rnglists},
      {".debug_cu_index", &dwarf::Sections::cu_index}};
  for (const elf::Section& section : image.sections()) {
    std::string_view name = section.name;
    if (name.ends_with(".dwo")) name.remove_suffix(4);
    for (const auto& [wanted, member] : names) {
      if (name == wanted) sections.*member = image.data(section).value_or(Bytes());
    }
  }
  return sections;
}

void PrintTo(const Variant& variant, std::ostream* stream) { *stream << variant.commands; }

class DwarfAgainstSymbolizer : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    // Several checkouts may run this test at once.
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("sigla_dwarf_{}_{}", ::getpid(), name());
    std::filesystem::create_directories(folder_ / "sub");
    std::ofstream(folder_ / "sub/part.h") << kHeader;
    std::ofstream(folder_ / "main.cc") << kMain;
    std::ofstream(folder_ / "part.c") << kC;
    std::ofstream(folder_ / "asm.s") << kAssembler;
    output_of("cd " + folder_.string() + " && set -e; " + GetParam().commands + " 2>&1");
    // The outermost function's name is to come from DWARF.
    output_of("cd " + folder_.string() + " && objcopy --wildcard --strip-symbol='*' program bare");
    file_ = read_file(folder_ / "bare");
    for (const char* split : GetParam().split) split_.push_back(read_file(folder_ / split));
    if (GetParam().supplementary != nullptr) {
      output_of("cd " + folder_.string() + " && cp bare one && cp bare two && " +
                "dwz -m supplementary one two");
      file_ = read_file(folder_ / "one");
      supplementary_ = read_file(folder_ / "supplementary");
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string name() const { return GetParam().name; }

  void convert(unsigned thread_count, Buffer& bytes, std::vector<CodeRange>& code) const {
    ASSERT_OK_AND_ASSIGN(const auto image, elf::Image::open(file_, Limits()));
    DwarfSource source;
    source.main = sections_of(image);
    for (const Buffer& split : split_) {
      ASSERT_OK_AND_ASSIGN(const auto split_image, elf::Image::open(split, Limits()));
      source.split.push_back(sections_of(split_image));
    }
    if (!supplementary_.empty()) {
      ASSERT_OK_AND_ASSIGN(const auto other, elf::Image::open(supplementary_, Limits()));
      source.supplementary = sections_of(other);
    }
    for (const elf::Section& section : image.sections()) {
      if ((section.sh_flags & elf::SHF_EXECINSTR) == 0) continue;
      code.push_back({section.sh_addr, section.sh_addr + section.sh_size});
    }
    source.code = code;
    source.thread_count = thread_count;
    SymcacheWriter writer((Limits()));
    Diagnostics diagnostics;
    ASSERT_THAT(add_dwarf(source, Limits(), writer, diagnostics), IsOk());
    EXPECT_EQ(diagnostics.empty(), !GetParam().lacks_lines) << diagnostics.summary();
    ASSERT_OK_AND_ASSIGN(bytes, writer.finish_to_buffer());
  }

  // "function\nfile:line:column\n" for each frame of each address, and an empty line.
  std::string symbolizer(const std::vector<std::uint64_t>& addresses) const {
    std::ofstream list(folder_ / "addresses");
    for (const std::uint64_t address : addresses) list << "0x" << std::hex << address << "\n";
    list.close();
    return output_of("cd " + folder_.string() +
                     " && llvm-symbolizer-19 --obj=bare --no-demangle < addresses");
  }

  std::filesystem::path folder_;
  Buffer file_;
  std::vector<Buffer> split_;
  Buffer supplementary_;
};

std::string text_of(const Symcache& cache, std::uint64_t address) {
  const auto or_unknown = [](std::string_view text) { return text.empty() ? "??" : text; };
  std::string text;
  for (const SymcacheFrame& frame : cache.lookup(address)) {
    text += fmt::format("{}\n{}:{}:{}\n",
                        or_unknown(frame.function),
                        or_unknown(frame.file),
                        frame.line,
                        frame.column);
  }
  return (text.empty() ? "??\n??:0:0\n" : text) + "\n";
}

TEST_P(DwarfAgainstSymbolizer, EveryAddressAgreesWhateverTheNumberOfThreads) {
  Buffer bytes;
  std::vector<CodeRange> code;
  ASSERT_NO_FATAL_FAILURE(convert(1, bytes, code));
  Buffer by_three_threads;
  std::vector<CodeRange> same_code;
  ASSERT_NO_FATAL_FAILURE(convert(3, by_three_threads, same_code));
  EXPECT_EQ(bytes, by_three_threads);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(bytes));
  std::vector<std::uint64_t> addresses;
  for (const CodeRange& range : code) {
    for (std::uint64_t at = range.low; at < range.high; ++at) addresses.push_back(at);
  }
  ASSERT_GT(addresses.size(), 100U);
  std::istringstream expected(symbolizer(addresses));
  std::size_t inlined = 0;
  for (const std::uint64_t address : addresses) {
    std::string wanted;
    for (std::string line; std::getline(expected, line) && !line.empty();) wanted += line + "\n";
    ASSERT_EQ(text_of(cache, address), wanted + "\n") << std::hex << address;
    inlined += cache.lookup(address).size() > 1 ? 1 : 0;
  }
  const bool is_optimized = std::string_view(GetParam().commands).find("-O2") != std::string::npos;
  EXPECT_EQ(inlined > 0, is_optimized);
}

#define SIGLA_COMPILE(cxx, cc, flags, link)                                                        \
  cxx " " flags " -I. -std=c++17 -fno-exceptions -fno-stack-protector -c main.cc -o main.o && " cc \
      " " flags " -fno-stack-protector -c part.c -o part.o && gcc -g -c asm.s -o asm.o && " cxx    \
      " " link " -nostdlib -static main.o part.o asm.o -o program"
#define SIGLA_GCC(flags, link) SIGLA_COMPILE("g++", "gcc", flags, link)
#define SIGLA_CLANG(flags, link) SIGLA_COMPILE("clang++-19", "clang-19", flags, link)

INSTANTIATE_TEST_SUITE_P(
    Compilers,
    DwarfAgainstSymbolizer,
    testing::Values(
        Variant{"gcc_2", SIGLA_GCC("-O2 -gdwarf-2", "")},
        Variant{"gcc_3", SIGLA_GCC("-O2 -gdwarf-3", "")},
        Variant{"gcc_4", SIGLA_GCC("-O2 -gdwarf-4", "")},
        Variant{"gcc_5", SIGLA_GCC("-O2 -gdwarf-5", "")},
        Variant{"gcc_unoptimized", SIGLA_GCC("-O0 -g", "")},
        Variant{"gcc_64_bit_dwarf", SIGLA_GCC("-O2 -gdwarf-5 -gdwarf64", "")},
        Variant{"gcc_line_tables", SIGLA_GCC("-O2 -g1", "")},
        Variant{"gcc_sections", SIGLA_GCC("-O2 -g -ffunction-sections", "-Wl,--gc-sections")},
        Variant{"gcc_sections_lld",
                SIGLA_GCC("-O2 -g -ffunction-sections", "-fuse-ld=lld -Wl,--gc-sections")},
        Variant{"gcc_without_lines",
                SIGLA_GCC("-O2 -g", "") " && objcopy -R .debug_line -R .debug_line_str program",
                {},
                nullptr,
                true},
        Variant{"gcc_types", SIGLA_GCC("-O2 -gdwarf-4 -fdebug-types-section", "")},
        Variant{"gcc_dwz", SIGLA_GCC("-O2 -g", ""), {}, "supplementary"},
        Variant{"gcc_lto", SIGLA_GCC("-O2 -g -flto", "-O2 -g -flto")},
        Variant{
            "gcc_split_4", SIGLA_GCC("-O2 -gdwarf-4 -gsplit-dwarf", ""), {"main.dwo", "part.dwo"}},
        Variant{
            "gcc_split_5", SIGLA_GCC("-O2 -gdwarf-5 -gsplit-dwarf", ""), {"main.dwo", "part.dwo"}},
        Variant{"clang_2", SIGLA_CLANG("-O2 -gdwarf-2", "")},
        Variant{"clang_3", SIGLA_CLANG("-O2 -gdwarf-3", "")},
        Variant{"clang_4", SIGLA_CLANG("-O2 -gdwarf-4", "")},
        Variant{"clang_5", SIGLA_CLANG("-O2 -gdwarf-5", "")},
        Variant{"clang_unoptimized", SIGLA_CLANG("-O0 -g", "")},
        Variant{"clang_64_bit_dwarf", SIGLA_CLANG("-O2 -gdwarf-5 -gdwarf64", "")},
        Variant{"clang_line_tables", SIGLA_CLANG("-O2 -gline-tables-only", "")},
        Variant{"clang_sections_lld",
                SIGLA_CLANG("-O2 -g -ffunction-sections", "-fuse-ld=lld -Wl,--gc-sections")},
        Variant{"clang_lto", SIGLA_CLANG("-O2 -g -flto", "-O2 -g -flto -fuse-ld=lld")},
        Variant{"clang_split_4",
                SIGLA_CLANG("-O2 -gdwarf-4 -gsplit-dwarf", ""),
                {"main.dwo", "part.dwo"}},
        Variant{"clang_split_5",
                SIGLA_CLANG("-O2 -gdwarf-5 -gsplit-dwarf", ""),
                {"main.dwo", "part.dwo"}},
        Variant{"clang_package_4",
                SIGLA_CLANG("-O2 -gdwarf-4 -gsplit-dwarf",
                            "") " && llvm-dwp-19 main.dwo part.dwo -o bare.dwp && rm *.dwo",
                {"bare.dwp"}},
        Variant{"clang_package_5",
                SIGLA_CLANG("-O2 -gdwarf-5 -gsplit-dwarf",
                            "") " && llvm-dwp-19 main.dwo part.dwo -o bare.dwp && rm *.dwo",
                {"bare.dwp"}}),
    [](const testing::TestParamInfo<Variant>& variant) { return std::string(variant.param.name); });

}  // namespace
}  // namespace sigla
