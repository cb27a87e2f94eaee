// SPDX-License-Identifier: Apache-2.0
// The unwind rules of ELF symcaches against the tables readelf makes of the same files: every row
// of every FDE, of programs built here for several processors and of the machine's C library.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

#include "base/text.h"
#include "convert/symcache_job.h"
#include "os/file.h"
#include "symcache/symcache.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

// Frames with saved registers, without a fixed size, realigned, and with a call that never returns.
constexpr std::string_view kSource = R"(
typedef unsigned long size_t;
void use(void *, size_t);
void never(void) __attribute__((noreturn));
int leaf(int a) { return a * 3; }
long saves(long a, long b, long c, long d, long e) {
  for (long i = 0; i < a; ++i) {
    use(&b, i); use(&c, d); use(&d, c + e + b);
    a += b * c - d / (e | 1);
  }
  return a + b + c + d + e;
}
void variable(size_t n) { char *p = __builtin_alloca(n); use(p, n); use(p, n + 1); }
void aligned(size_t n) {
  char big[5000] __attribute__((aligned(64)));
  char *p = __builtin_alloca(n);
  use(big, n); use(p, n);
}
double floats(double a, double b, double c) {
  for (int i = 0; i < 9; ++i) { use(&i, 1); a = a * b + c; b += c; }
  return a + b + c;
}
void ends(int a) { if (a) { use(&a, 1); never(); } use(&a, 2); }
void use(void *p, size_t n) { static volatile size_t sum; sum += n + (size_t)p; }
void never(void) { for (;;) use(0, 0); }
)";

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> block;
  for (std::size_t size; (size = fread(block.data(), 1, block.size(), pipe)) != 0;) {
    text.append(block.data(), size);
  }
  pclose(pipe);  // readelf fails where a debug file it knows of is not there
  return text;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The DWARF number of a register as readelf calls it.
std::uint32_t number_of(std::string_view name) {
  static const std::map<std::string_view, std::uint32_t> kNames = {{"rax", 0},
                                                                   {"rdx", 1},
                                                                   {"rcx", 2},
                                                                   {"rbx", 3},
                                                                   {"rsi", 4},
                                                                   {"rdi", 5},
                                                                   {"rbp", 6},
                                                                   {"rsp", 7},
                                                                   {"rip", 16},
                                                                   {"eax", 0},
                                                                   {"ecx", 1},
                                                                   {"edx", 2},
                                                                   {"ebx", 3},
                                                                   {"esp", 4},
                                                                   {"ebp", 5},
                                                                   {"esi", 6},
                                                                   {"edi", 7},
                                                                   {"eip", 8},
                                                                   {"sp", 31}};
  const auto found = kNames.find(name);
  if (found != kNames.end()) return found->second;
  const auto number = parse_decimal(name.substr(1)).value_or(999);
  return static_cast<std::uint32_t>(name[0] == 'v' ? number + 64 : number);
}

std::string describe(const UnwindRule& rule, bool is_cfa) {
  switch (rule.kind) {
    case UnwindRule::Kind::kUnspecified:
    case UnwindRule::Kind::kUndefined:
      return "u";
    case UnwindRule::Kind::kSameValue:
      return "s";
    case UnwindRule::Kind::kAtCfa:
      return fmt::format("c{:+}", rule.offset);
    case UnwindRule::Kind::kCfaPlus:
      return fmt::format("v{:+}", rule.offset);
    case UnwindRule::Kind::kRegister:
      return is_cfa ? fmt::format("{}{:+}", rule.reg, rule.offset) : fmt::format("={}", rule.reg);
    case UnwindRule::Kind::kAtExpression:
      return "exp";
    case UnwindRule::Kind::kExpression:
      return is_cfa ? "exp" : "vexp";
    case UnwindRule::Kind::kText:
      break;
  }
  return "?";
}

// "rsp+8" with the register's number.
std::string numbered_cfa(const std::string& text) {
  const auto sign = text.find_first_of("+-");
  if (sign == std::string::npos) return text;
  return fmt::format("{}{}", number_of(text.substr(0, sign)), text.substr(sign));
}

struct Program {
  friend void PrintTo(const Program& program, std::ostream* out) { *out << program.name; }
  std::string name;
  std::string build;  // %s is the source, %o the result; empty: `name` is a file of the machine
};

class UnwindAgainstReadelf : public testing::TestWithParam<Program> {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Made in a folder of this process: several checkouts may be tested at a time.
  std::string path() const {
    const Program& program = GetParam();
    if (program.build.empty()) return program.name;
    std::filesystem::create_directories(folder_);
    const std::string stem = folder_ + "/" + program.name;
    FILE* source = fopen((stem + ".c").c_str(), "w");
    EXPECT_NE(source, nullptr);
    if (source == nullptr) return {};
    fwrite(kSource.data(), 1, kSource.size(), source);
    fclose(source);
    output_of(program.build + " -ffreestanding -nostdlib -o " + stem + " " + stem + ".c 2>&1");
    return stem;
  }

  const std::string folder_ = testing::TempDir() + fmt::format("unwind_oracle.{}", getpid());

  static std::map<std::uint32_t, std::string> registers_of(const UnwindRules& rules) {
    std::map<std::uint32_t, std::string> registers;
    rules.for_each_register([&](UnwindRegister reg, const UnwindRule& rule) {
      registers[reg.value] = describe(rule, false);
    });
    return registers;
  }
};

TEST_P(UnwindAgainstReadelf, EveryRowAgrees) {
  const std::string file_name = path();
  ASSERT_OK_AND_ASSIGN(const Buffer file, read_file(file_name, UINT32_MAX));
  Buffer bytes;
  SymcacheReport report;
  const auto sink = [&](Bytes piece) -> Status {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return {};
  };
  ASSERT_THAT(convert_to_symcache({.file = file, .file_name = "f"}, Limits(), report, sink),
              IsOk());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(bytes)));
  const std::uint64_t base =
      *parse_hex(words_of(output_of("readelf -lW " + file_name + " | grep -m1 LOAD"))[2].substr(2));

  std::istringstream lines(output_of("readelf --wide --debug-dump=frames-interp " + file_name));
  std::vector<std::string> columns;
  bool is_fde = false;
  std::size_t compared = 0;
  std::size_t differing = 0;
  for (std::string line; std::getline(lines, line) && differing < 10;) {
    const auto words = words_of(line);
    if (line.find(" FDE ") != std::string::npos || line.find(" CIE ") != std::string::npos) {
      is_fde = line.find(" FDE ") != std::string::npos;
      columns.clear();
    } else if (!words.empty() && words[0] == "LOC") {
      columns = words;
    } else if (is_fde && columns.size() > 1 && words.size() == columns.size() &&
               words[1] != "ZERO") {
      const std::uint64_t address = *parse_hex(words[0]) - base;
      const auto rules = cache.find_unwind(address);
      if (!rules) {
        ADD_FAILURE() << "no rules: " << line;
        ++differing;
        continue;
      }
      std::string expected = numbered_cfa(words[1]);
      std::string found = describe(rules->cfa(), true);
      const auto registers = registers_of(*rules);
      for (std::size_t i = 2; i < words.size(); ++i) {
        const bool is_return_address = columns[i] == "ra";
        std::string rule = is_return_address ? describe(rules->return_address(), false) : "u";
        const auto place =
            is_return_address ? registers.end() : registers.find(number_of(columns[i]));
        if (place != registers.end()) rule = place->second;
        // What the link register holds is the return address where nothing else is said.
        if (is_return_address && rule.starts_with('=')) rule = "u";
        expected += " " + columns[i] + ":" + words[i];
        found += " " + columns[i] + ":" + rule;
      }
      EXPECT_EQ(found, expected) << line;
      if (found != expected) ++differing;
      ++compared;
    }
  }
  EXPECT_GT(compared, GetParam().build.empty() ? 10'000U : 9U);
  EXPECT_TRUE(report.diagnostics.empty()) << report.diagnostics.summary();
}

constexpr std::string_view kClang =
    "clang-19 -O2 -fuse-ld=lld -shared -fPIC -fasynchronous-unwind-tables ";

INSTANTIATE_TEST_SUITE_P(
    Programs,
    UnwindAgainstReadelf,
    testing::Values(
        Program{"x86_64_gcc", "gcc -O2 -shared -fPIC -fno-builtin"},
        Program{"x86_64_gcc_Os", "gcc -Os -fomit-frame-pointer -shared -fPIC -fno-builtin"},
        Program{"x86_64", std::string(kClang) + "--target=x86_64-linux-gnu"},
        Program{"x86_64_frame",
                std::string(kClang) + "--target=x86_64-linux-gnu "
                                      "-fno-omit-frame-pointer -mcmodel=large"},
        Program{"i386", std::string(kClang) + "--target=i386-linux-gnu"},
        Program{"arm64", std::string(kClang) + "--target=aarch64-linux-gnu"},
        Program{"arm64_pac",
                std::string(kClang) + "--target=aarch64-linux-gnu -mbranch-protection=standard"},
        Program{"arm64_be", std::string(kClang) + "--target=aarch64_be-linux-gnu"},
        Program{"arm_debug_frame",
                "clang-19 -O2 -g -gz=zlib -fuse-ld=lld -shared -fPIC "
                "--target=armv7-linux-gnueabihf -fno-unwind-tables "
                "-fno-asynchronous-unwind-tables"},
        Program{"s390x",
                "clang-19 -O2 -fuse-ld=lld -shared -fPIC -fasynchronous-unwind-tables "
                "--target=s390x-linux-gnu"},
        Program{"/lib/x86_64-linux-gnu/libc.so.6", ""}),
    [](const auto& test) {
      return test.param.build.empty() ? std::string("libc") : test.param.name;
    });

}  // namespace
}  // namespace sigla
