// SPDX-License-Identifier: Apache-2.0
// Small files that ask for a lot of work.
#include <gmock/gmock.h>

#include <chrono>

#include "convert/dwarf_to_symcache.h"
#include "formats/dwarf/testing_builder.h"
#include "symcache/symcache.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using dwarf::BuiltInfo;
using dwarf::InfoBuilder;

struct Converted {
  Buffer bytes;
  std::string diagnostics;
};

Converted convert(const dwarf::Sections& sections, unsigned thread_count = 1) {
  DwarfSource source;
  source.main = sections;
  source.is_relocatable = true;
  source.thread_count = thread_count;
  SymcacheWriter writer((Limits()));
  Diagnostics diagnostics;
  EXPECT_THAT(add_dwarf(source, Limits(), writer, diagnostics), IsOk());
  auto bytes = writer.finish_to_buffer();
  EXPECT_THAT(bytes, IsOk());
  return {std::move(bytes).value_or(Buffer()), diagnostics.summary()};
}

// `row_count` rows of one byte each, from address 0x1000 on, four bytes apart.
Buffer line_program(std::size_t row_count) {
  BytesBuilder program;
  program.u8(0).uleb(9).u8(dwarf::DW_LNE_set_address).u64(0x1000);
  for (std::size_t i = 0; i < row_count; ++i) program.u8(13 + 14 * 4 + 5 + i % 2);
  program.u8(dwarf::DW_LNS_advance_pc).uleb(4).u8(0).uleb(1).u8(dwarf::DW_LNE_end_sequence);
  return dwarf::line_table(program.build());
}

TEST(DwarfToSymcache, ReadsALineProgramForSomeUnitsButNotForAll) {
  InfoBuilder b;
  b.abbrev(1, dwarf::DW_TAG_compile_unit, false, {{dwarf::DW_AT_stmt_list, dwarf::DW_FORM_data1}});
  for (int i = 0; i < 20; ++i) {
    b.begin_unit().entry(1).info().u8(0);
    b.end_unit();
  }
  const BuiltInfo built = b.build();
  const Buffer line = line_program(100);
  dwarf::Sections sections = built.sections();
  sections.line = line;
  const Converted converted = convert(sections);
  EXPECT_THAT(converted.diagnostics,
              testing::HasSubstr("line program of too many units: 16 (unit at offset 0x34;"));
  EXPECT_EQ(converted.diagnostics, convert(sections, 3).diagnostics);
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  const auto frames = cache.lookup(0x1010);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].file, "a.c");
}

// 20,000 functions that all claim all of 20,000 rows, and a unit whose ranges overlap as often:
// rows are handed on once, not 400 million times.
TEST(DwarfToSymcache, CopiesRowsOnceHoweverManyFunctionsClaimThem) {
  constexpr std::uint64_t kCount = 20'000;
  InfoBuilder b;
  b.abbrev(1,
           dwarf::DW_TAG_compile_unit,
           true,
           {{dwarf::DW_AT_stmt_list, dwarf::DW_FORM_data1},
            {dwarf::DW_AT_ranges, dwarf::DW_FORM_sec_offset}});
  b.abbrev(
      2,
      dwarf::DW_TAG_subprogram,
      false,
      {{dwarf::DW_AT_low_pc, dwarf::DW_FORM_addr}, {dwarf::DW_AT_high_pc, dwarf::DW_FORM_addr}});
  b.begin_unit().entry(1).info().u8(0).u32(0);
  BytesBuilder ranges;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    b.entry(2).address(0x1000 + i % 7).address(0x1000 + 4 * kCount - i % 11);
    ranges.u64(0x1000).u64(0x1000 + 5 * kCount + i);
  }
  b.end_children().end_unit();
  const BuiltInfo built = b.build();
  const Buffer line = line_program(kCount);
  const Buffer range_list = ranges.u64(0).u64(0).build();
  dwarf::Sections sections = built.sections();
  sections.line = line;
  sections.ranges = range_list;
  const auto start = std::chrono::steady_clock::now();
  const Converted converted = convert(sections);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_THAT(converted.diagnostics, testing::IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  EXPECT_EQ(cache.lookup(0x1000 + 2 * kCount).size(), 1U);
}

// What -ffunction-sections makes: as many sequences of lines as functions.
TEST(DwarfToSymcache, FindsTheRowsOfAFunctionAmongManySequences) {
  constexpr std::uint64_t kCount = 100'000;
  InfoBuilder b;
  b.abbrev(1, dwarf::DW_TAG_compile_unit, true, {{dwarf::DW_AT_stmt_list, dwarf::DW_FORM_data1}});
  b.abbrev(
      2,
      dwarf::DW_TAG_subprogram,
      false,
      {{dwarf::DW_AT_low_pc, dwarf::DW_FORM_addr}, {dwarf::DW_AT_high_pc, dwarf::DW_FORM_addr}});
  b.begin_unit().entry(1).info().u8(0);
  BytesBuilder program;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const std::uint64_t address = 0x1000 + (i * 7'919 % kCount) * 0x10;
    b.entry(2).address(address).address(address + 0x10);
    program.u8(0).uleb(9).u8(dwarf::DW_LNE_set_address).u64(address).u8(13 + 5);
    program.u8(dwarf::DW_LNS_advance_pc).uleb(0x10).u8(0).uleb(1).u8(dwarf::DW_LNE_end_sequence);
  }
  b.end_children().end_unit();
  const BuiltInfo built = b.build();
  const Buffer line = dwarf::line_table(program.build());
  dwarf::Sections sections = built.sections();
  sections.line = line;
  const auto start = std::chrono::steady_clock::now();
  const Converted converted = convert(sections);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_THAT(converted.diagnostics, testing::IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(converted.bytes));
  for (std::uint64_t i = 0; i < kCount; i += 997) {
    const auto frames = cache.lookup(0x1000 + i * 0x10 + 8);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].file, "a.c");
    EXPECT_EQ(frames[0].function_address, 0x1000 + i * 0x10);
  }
}

}  // namespace
}  // namespace sigla
