// SPDX-License-Identifier: Apache-2.0
// Two descriptions of the same frames must agree: what a format of its own says about programs
// built here, and the .debug_frame that the compiler wrote beside it.
#include "convert/unwind_to_symcache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <set>

#include "convert/unwind_text.h"
#include "formats/elf/identity.h"
#include "formats/macho/identity.h"
#include "formats/pe/debug_directory.h"
#include "formats/pe/identity.h"
#include "os/file.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr std::string_view kSource = R"(
typedef __SIZE_TYPE__ size_t;
void use(void *, size_t);
long leaf(long a) { return a * 3; }
long calls(long a) { use(&a, 1); return a; }
long saves(long a, long b, long c, long d, long e) {
  for (long i = 0; i < a; ++i) {
    use(&b, i); use(&c, d); use(&d, c + e + b);
    a += b * c - d / (e | 1);
  }
  return a + b + c + d + e;
}
long large(long a) { long many[1000]; use(many, a); use(&a, 1); return many[a & 7]; }
void variable(size_t n) { char *p = __builtin_alloca(n); use(p, n); use(p, n + 1); }
double floats(double a, double b, double c) {
  for (int i = 0; i < 9; ++i) { use(&i, 1); a = a * b + c; b += c; }
  return a + b + c;
}
void use(void *p, size_t n) { static volatile size_t sum; sum += n + (size_t)p; }
int start(void) { return (int)saves(1, 2, 3, 4, calls(large(5))); }
)";

// The rules of one file: "offset of its CFA and so on" by address.
class Rules {
 public:
  // `add` is one of add_elf_unwind() and its like.
  template <typename Image, typename Add>
  Rules(const Image& image, Identity identity, Add add) {
    writer_.set_identity(std::move(identity));
    Conversion conversion{"file", limits_, 1, find_companion_, writer_, diagnostics_, sources_};
    add(image, conversion);
    auto bytes = writer_.finish_to_buffer();
    EXPECT_THAT(bytes, IsOk());
    bytes_ = std::move(bytes).value();
    cache_.emplace(std::move(Symcache::open(Bytes(bytes_))).value());
    EXPECT_TRUE(diagnostics_.empty()) << diagnostics_.summary();
  }

  const Symcache& cache() const { return *cache_; }
  std::string at(std::uint64_t address) const {
    const auto rules = cache_->find_unwind(address);
    if (!rules) return "nothing";
    UnwindText text(*cache_);
    return std::string(text.changes(*rules));
  }
  // Every text that holds somewhere in the entry that begins at that row.
  std::set<std::string> texts_of_entry(std::size_t row) const {
    std::set<std::string> texts;
    do {
      texts.insert(at(cache_->unwind_row(row).address));
      ++row;
    } while (row < cache_->unwind_row_count() && !cache_->unwind_row(row).begins_entry &&
             cache_->unwind_row(row).rules);
    return texts;
  }

 private:
  Limits limits_;
  SymcacheWriter writer_{limits_};
  Diagnostics diagnostics_;
  FindCompanion find_companion_;
  std::vector<std::string> sources_;
  Buffer bytes_;
  std::optional<Symcache> cache_;
};

class UnwindToSymcache : public testing::Test {
 protected:
  // Made in a folder of this process: several checkouts may be tested at a time.
  UnwindToSymcache() {
    std::filesystem::create_directories(folder_);
    stem_ = folder_ + "/frames";
    FILE* source = fopen((stem_ + ".c").c_str(), "w");
    EXPECT_NE(source, nullptr);
    if (source == nullptr) return;
    fwrite(kSource.data(), 1, kSource.size(), source);
    fclose(source);
  }
  // "@" stands for the path of the files without an extension.
  void run(std::string command) const {
    for (std::size_t at; (at = command.find('@')) != std::string::npos;) {
      command.replace(at, 1, stem_);
    }
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  Buffer read(const std::string& extension) const {
    auto file = read_file(stem_ + extension, UINT32_MAX);
    EXPECT_THAT(file, IsOk());
    return file.has_value() ? std::move(file).value() : Buffer();
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + fmt::format("unwind_formats.{}", getpid());
  std::string stem_;
  Limits limits_;
};

TEST_F(UnwindToSymcache, PrologueCodesOfX64AgreeWithDebugFrame) {
  run("x86_64-w64-mingw32-gcc -O2 -g -nostdlib -mno-stack-arg-probe -ffreestanding -Wl,-estart -o "
      "@.exe @.c");
  run("x86_64-w64-mingw32-objcopy -R .debug_frame -R .eh_frame @.exe @.pdata");
  const Buffer codes_file = read(".pdata");
  Buffer frames_file = read(".exe");
  // The exception directory is the fourth; without it .debug_frame is what is left.
  const std::uint32_t header = load<std::uint32_t>(Bytes(frames_file).subspan(0x3c));
  std::fill_n(frames_file.begin() + header + 24 + 112 + 3 * 8, 8, std::uint8_t{0});
  const auto rules_of = [&](const Buffer& file) {
    const auto image = pe::Image::open(file, limits_);
    EXPECT_THAT(image, IsOk());
    return Rules(
        *image, pe::identify_image(*image, pe::read_debug_directory(*image), "f"), add_pe_unwind);
  };
  const Rules codes = rules_of(codes_file);
  const Rules frames = rules_of(frames_file);
  ASSERT_GT(frames.cache().unwind_row_count(), 15U);
  std::size_t compared = 0;
  for (std::size_t i = 0; i < codes.cache().unwind_row_count(); ++i) {
    const auto row = codes.cache().unwind_row(i);
    if (!row.rules || frames.at(row.address) == "nothing") continue;
    EXPECT_EQ(codes.at(row.address), frames.at(row.address)) << fmt::format("{:#x}", row.address);
    ++compared;
  }
  EXPECT_GT(compared, 15U);
}

TEST_F(UnwindToSymcache, CompactEncodingsAgreeWithDebugFrame) {
  for (const std::string arch : {"x86_64", "arm64"}) {
    for (const std::string options : {"-fomit-frame-pointer", "-fno-omit-frame-pointer"}) {
      run("clang-19 --target=" + arch +
          "-apple-macos13 -O2 -g -fforce-dwarf-frame -ffreestanding -fno-stack-protector " +
          options + " -funwind-tables -c -o @.o @.c");
      run("/usr/lib/llvm-19/bin/ld64.lld -arch " + arch +
          " -platform_version macos 13.0 13.0 -dylib -o @.dylib @.o");
      run("dsymutil-19 --flat @.dylib -o @.dwarf");
      const auto rules_of = [&](const Buffer& file) {
        const auto image = macho::Image::open(file, limits_);
        EXPECT_THAT(image, IsOk());
        return Rules(*image, macho::identify_image(*image, "f"), add_macho_unwind);
      };
      const Rules compact = rules_of(read(".dylib"));
      const Rules frames = rules_of(read(".dwarf"));
      std::size_t compared = 0;
      for (std::size_t i = 0; i < frames.cache().unwind_row_count(); ++i) {
        const auto row = frames.cache().unwind_row(i);
        if (!row.begins_entry || !row.rules) continue;
        const std::string text = compact.at(row.address);
        EXPECT_TRUE(frames.texts_of_entry(i).contains(text))
            << arch << options << fmt::format(" {:#x}: {}", row.address, text);
        ++compared;
      }
      EXPECT_GE(compared, 8U);
    }
  }
}

TEST_F(UnwindToSymcache, ExceptionIndexOfArmAgreesWithDebugFrame) {
  run("clang-19 --target=armv7-linux-gnueabihf -O2 -g -fforce-dwarf-frame -ffreestanding -nostdlib "
      "-shared -fPIC -fuse-ld=lld -funwind-tables -o @.so @.c");
  run("llvm-objcopy-19 -R .debug_frame @.so @.exidx");
  run("llvm-objcopy-19 -R .ARM.exidx -R .ARM.extab @.so @.frames");
  const auto rules_of = [&](const Buffer& file) {
    const auto image = elf::Image::open(file, limits_);
    EXPECT_THAT(image, IsOk());
    EXPECT_TRUE(elf::identify_image(*image, "f", limits_).has_unwind_info);
    return Rules(*image, elf::identify_image(*image, "f", limits_), add_elf_unwind);
  };
  const Rules index = rules_of(read(".exidx"));
  const Rules frames = rules_of(read(".frames"));
  std::size_t compared = 0;
  for (std::size_t i = 0; i < frames.cache().unwind_row_count(); ++i) {
    const auto row = frames.cache().unwind_row(i);
    if (!row.begins_entry || !row.rules) continue;
    const std::string text = index.at(row.address);
    EXPECT_TRUE(frames.texts_of_entry(i).contains(text))
        << fmt::format("{:#x}: {}", row.address, text);
    ++compared;
  }
  EXPECT_GE(compared, 8U);
}

}  // namespace
}  // namespace sigla
