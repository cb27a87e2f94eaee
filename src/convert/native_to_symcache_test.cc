// SPDX-License-Identifier: Apache-2.0
// The fixtures of every native format through convert_to_symcache(): each holds the functions
// answer() (or lookup()) and a local one, with DWARF. Whole programs are compared with other tools
// in tests/oracle.
#include <gtest/gtest.h>

#include "convert/symcache_job.h"
#include "symcache/symcache.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

struct Converted {
  Buffer bytes;
  SymcacheReport report;
};

Result<Converted> convert(Bytes file, Arch arch = Arch::kUnknown, FindCompanion find = {}) {
  Converted converted;
  const auto sink = [&](Bytes piece) -> Status {
    converted.bytes.insert(converted.bytes.end(), piece.begin(), piece.end());
    return {};
  };
  const SymcacheInput input{
      .file = file, .file_name = "file", .arch = arch, .find_companion = std::move(find)};
  SIGLA_TRY(convert_to_symcache(input, Limits(), converted.report, sink));
  return converted;
}

std::optional<SymcacheFunction> find_function(const Symcache& cache, std::string_view name) {
  for (std::size_t i = 0; i < cache.function_count(); ++i) {
    if (cache.function(i).name == name) return cache.function(i);
  }
  return std::nullopt;
}

// The first line of a function; 0 when none is known. (WebAssembly's local variables are declared
// before it.)
std::uint32_t line_of(const Symcache& cache, std::string_view name) {
  const auto function = find_function(cache, name);
  if (!function) return 0;
  for (std::uint64_t address = function->address; address < function->address + 4; ++address) {
    const auto frames = cache.lookup(address);
    EXPECT_FALSE(frames.empty()) << name;
    if (frames.empty() || !frames.back().file.ends_with("small.c")) continue;
    return frames.back().line;
  }
  return 0;
}

struct Fixture {
  const char* path;
  Format format;
  const char* exported;
  std::uint32_t exported_line;
  const char* local;
};

class NativeToSymcache : public testing::TestWithParam<Fixture> {};

TEST_P(NativeToSymcache, KnowsFunctionsAndLines) {
  const Buffer file = read_fixture(std::string("src/formats/") + GetParam().path);
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file));
  EXPECT_TRUE(converted.report.diagnostics.empty()) << converted.report.diagnostics.summary();
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  EXPECT_EQ(cache.identity().format, GetParam().format);
  EXPECT_EQ(line_of(cache, GetParam().exported), GetParam().exported_line);
  EXPECT_NE(line_of(cache, GetParam().local), 0U);
}

TEST_P(NativeToSymcache, SurvivesEveryTruncation) {
  const Buffer file = read_fixture(std::string("src/formats/") + GetParam().path);
  for_every_prefix(file, file.size() / 300 + 1, [](Bytes prefix) {
    const auto converted = convert(prefix);
    if (!converted.has_value()) return;
    EXPECT_THAT(Symcache::open(converted->bytes), IsOk());
  });
}

INSTANTIATE_TEST_SUITE_P(
    Fixtures,
    NativeToSymcache,
    testing::Values(Fixture{"elf/testdata/libsmall.so", Format::kElf, "answer", 4, "hidden"},
                    Fixture{"elf/testdata/libsmall.so.debug", Format::kElf, "answer", 4, "hidden"},
                    Fixture{"elf/testdata/libsmall.zdebug.so", Format::kElf, "answer", 4, "hidden"},
                    Fixture{"elf/testdata/libsmall.zstd.so", Format::kElf, "answer", 4, "hidden"},
                    Fixture{"elf/testdata/small.zlib.o", Format::kElf, "answer", 4, "hidden"},
                    Fixture{
                        "macho/testdata/small.arm64.dwarf", Format::kMacho, "answer", 4, "hidden"},
                    Fixture{"pe/testdata/mingw.exe", Format::kPe, "lookup", 3, "scale"},
                    Fixture{"wasm/testdata/small.wasm", Format::kWasm, "answer", 4, "hidden"}));

TEST(MachoToSymcache, ChoosesTheImageThatIsAskedFor) {
  const Buffer file = read_fixture("src/formats/macho/testdata/small.fat.dwarf");
  for (const Arch arch : {Arch::kX86_64, Arch::kArm64}) {
    ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file, arch));
    ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
    EXPECT_EQ(cache.identity().arch, arch);
    EXPECT_EQ(line_of(cache, "answer"), 4U);
  }
  EXPECT_THAT(convert(file, Arch::kArm), IsError(ErrorCode::kNotFound, "no image for arm"));
}

// Answers with one fixture, whatever is asked, and notes what that was.
class OneCompanion {
 public:
  explicit OneCompanion(const std::string& path) : content_(read_fixture(path)) {}

  FindCompanion find() {
    return [this](const CompanionRequest& request) -> std::optional<Companion> {
      asked.push_back(request);
      if (request.attempt != 0) return std::nullopt;
      auto file = File::create_in_memory("companion");
      if (!file.has_value() || !file->write_all(content_).has_value()) return std::nullopt;
      auto mapped = MappedFile::map(*file);
      if (!mapped.has_value()) return std::nullopt;
      return Companion{*std::move(mapped), "over there"};
    };
  }

  std::vector<CompanionRequest> asked;

 private:
  Buffer content_;
};

TEST(ElfToSymcache, TakesWhatWasStrippedFromItsDebugFile) {
  const Buffer file = read_fixture("src/formats/elf/testdata/libsmall.stripped.so");
  OneCompanion debug("src/formats/elf/testdata/libsmall.so.debug");
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file, Arch::kUnknown, debug.find()));
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  EXPECT_EQ(line_of(cache, "answer"), 4U);
  EXPECT_EQ(converted.report.companions, std::vector<std::string>{"over there"});
  ASSERT_EQ(debug.asked.size(), 1U);
  EXPECT_EQ(debug.asked[0].kind, CompanionKind::kDebugFile);
  EXPECT_EQ(debug.asked[0].name, "libsmall.so.debug");
  EXPECT_EQ(debug.asked[0].build_id.size(), 20U);
}

TEST(ElfToSymcache, LeavesADebugFileOfAnotherProgram) {
  const Buffer file = read_fixture("src/formats/elf/testdata/libsmall.stripped.so");
  OneCompanion debug("src/formats/elf/testdata/small.pie");
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file, Arch::kUnknown, debug.find()));
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  EXPECT_TRUE(find_function(cache, "answer").has_value());
  EXPECT_EQ(line_of(cache, "answer"), 0U);
  EXPECT_TRUE(converted.report.companions.empty());
  ASSERT_EQ(debug.asked.size(), 2U);
  EXPECT_EQ(debug.asked[1].attempt, 1U);
}

}  // namespace
}  // namespace sigla
