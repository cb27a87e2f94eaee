// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_to_symcache.h"

#include "convert/symcache_job.h"
#include "formats/elf/image.h"
#include "symcache/symcache.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

struct Converted {
  Buffer bytes;
  SymcacheReport report;
};

Result<Converted> convert(Bytes file, unsigned thread_count = 1) {
  Converted converted;
  const auto sink = [&](Bytes piece) -> Status {
    converted.bytes.insert(converted.bytes.end(), piece.begin(), piece.end());
    return {};
  };
  const SymcacheInput input{.file = file, .file_name = "file", .thread_count = thread_count};
  SIGLA_TRY(convert_to_symcache(input, Limits(), converted.report, sink));
  return converted;
}

std::string function_at(const Symcache& cache, std::uint64_t address) {
  const auto frames = cache.lookup(address);
  return frames.empty() ? "" : std::string(frames.back().function);
}

TEST(ElfToSymcache, NamesFunctionsByTheSymbolTables) {
  const Buffer file = read_fixture(kTestdata + "names.so");
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file));
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  EXPECT_TRUE(converted.report.diagnostics.empty()) << converted.report.diagnostics.summary();
  EXPECT_EQ(cache.identity().format, Format::kElf);
  EXPECT_GT(cache.function_count(), 0U);
  for (std::size_t i = 0; i < cache.function_count(); ++i) {
    const SymcacheFunction function = cache.function(i);
    EXPECT_EQ(function_at(cache, function.address), function.name);
  }
}

TEST(ElfToSymcache, CountsAddressesFromWhereTheFileIsLoaded) {
  const Buffer file = read_fixture(kTestdata + "small.exec");
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file));
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  ASSERT_GT(cache.function_count(), 0U);
  for (std::size_t i = 0; i < cache.function_count(); ++i) {
    EXPECT_LT(cache.function(i).address, 0x10000U);
  }
}

TEST(ElfToSymcache, UnpacksWhileItConverts) {
  for (const char* name : {"libsmall.zdebug.so", "libsmall.zstd.so"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Converted one, convert(file, 1));
    EXPECT_TRUE(one.report.diagnostics.empty()) << one.report.diagnostics.summary();
    ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(one.bytes));
    EXPECT_TRUE(cache.identity().has_debug_info);
    for (int i = 0; i < 20; ++i) {
      ASSERT_OK_AND_ASSIGN(const Converted several, convert(file, 4));
      EXPECT_EQ(several.bytes, one.bytes) << name;
    }
  }
}

TEST(ElfToSymcache, SaysWhichSectionIsDamagedAndGoesOn) {
  Buffer file = read_fixture(kTestdata + "libsmall.zdebug.so");
  const auto image = elf::Image::open(file, Limits());
  ASSERT_THAT(image, IsOk());
  const elf::Section* const section = image->section(".zdebug_info");
  ASSERT_NE(section, nullptr);
  file[section->sh_offset + section->sh_size - 1] ^= 1U;  // of the checksum
  for (const unsigned thread_count : {1U, 4U}) {
    ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file, thread_count));
    EXPECT_THAT(converted.report.diagnostics.summary(), testing::HasSubstr("debug section"));
    ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
    EXPECT_GT(cache.function_count(), 0U);
  }
}

// Locations, names by hash and address tables: nothing of a symcache is in them.
TEST(ElfToSymcache, DoesNotUnpackWhatItDoesNotNeed) {
  Buffer file = read_fixture(kTestdata + "libsmall.zdebug.so");
  ASSERT_OK_AND_ASSIGN(const Converted whole, convert(file));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> damaged;
  const auto image = elf::Image::open(file, Limits());
  ASSERT_THAT(image, IsOk());
  for (const elf::Section& section : image->sections()) {
    for (const std::string_view needless : {"aranges", "loc", "loclists", "pubnames", "macro"}) {
      if (section.name == ".zdebug_" + std::string(needless)) {
        damaged.emplace_back(section.sh_offset, section.sh_size);
      }
    }
  }
  ASSERT_FALSE(damaged.empty());
  for (const auto& [offset, size] : damaged) file[offset + size - 1] ^= 1U;  // of the checksum
  ASSERT_OK_AND_ASSIGN(const Converted converted, convert(file));
  EXPECT_TRUE(converted.report.diagnostics.empty()) << converted.report.diagnostics.summary();
  EXPECT_EQ(converted.bytes, whole.bytes);
}

TEST(ElfToSymcache, SurvivesEveryTruncation) {
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  for_every_prefix(file, 7, [](Bytes prefix) {
    const auto converted = convert(prefix);
    if (!converted.has_value()) return;
    EXPECT_THAT(Symcache::open(converted->bytes), IsOk());
  });
}

}  // namespace
}  // namespace sigla
