// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/module_lines.h"

#include <gmock/gmock.h>

#include "formats/pdb/debug_info.h"
#include "formats/pdb/debug_pdb_for_test.h"
#include "formats/pdb/module_stream.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The rows in a range as "1000 a.cc:12".
class ModuleLinesTest : public testing::Test {
 protected:
  ModuleLinesTest() : first_(pdb_.add_name("a.cc")), second_(pdb_.add_name("b.h")) {}

  std::vector<std::string> rows(std::uint32_t low, std::uint32_t high) {
    open();
    std::vector<LineRow> found;
    lines_->append_rows({low, high}, found);
    std::vector<std::string> texts;
    for (const LineRow& row : found) {
      std::string text =
          fmt::format("{:x} {}", row.rva, lines_->file_name(row.file, info_->names()));
      if (row.line != 0) text += fmt::format(":{}", row.line);
      if (row.column != 0) text += fmt::format(":{}", row.column);
      texts.push_back(text);
    }
    return texts;
  }
  void open() {
    file_ = pdb_.build();
    container_.emplace(Container::open(file_, Limits()).value());
    info_.emplace(DebugInfo::open(*container_, Limits()).value());
    stream_ = read_module_stream(*container_, info_->dbi().modules.at(0)).value();
    lines_.emplace(stream_.c11_lines, stream_.c13_lines, info_->addresses());
  }
  void set_c13(const Buffer& c13) { pdb_.modules = {{.c13 = c13}}; }

  DebugPdb pdb_;
  std::uint32_t first_;
  std::uint32_t second_;
  Buffer file_;
  std::optional<Container> container_;
  std::optional<DebugInfo> info_;
  ModuleStream stream_;
  std::optional<ModuleLines> lines_;
};

TEST_F(ModuleLinesTest, ReadsTheLinesOfARange) {
  set_c13(lines(0x10, 0x20, 0, {{0, 12}, {4, 13}, {8, 12}}) +
          lines(0x30, 0x10, 8, {{0, 20}, {6, 21}}) + checksums({first_, second_}));
  EXPECT_THAT(rows(0x1010, 0x1030), ElementsAre("1010 a.cc:12", "1014 a.cc:13", "1018 a.cc:12"));
  EXPECT_THAT(rows(0x1030, 0x1031), ElementsAre("1030 b.h:20"));
  EXPECT_THAT(rows(0x1020, 0x1038),
              ElementsAre("1018 a.cc:12", "1030 ", "1030 b.h:20", "1036 b.h:21"));
  EXPECT_THAT(rows(0x1015, 0x1016), ElementsAre("1014 a.cc:13"));
  EXPECT_THAT(rows(0x1000, 0x1010), IsEmpty());
  EXPECT_THAT(rows(0x1040, 0x1100), IsEmpty());
}

// One run of code with lines of two files, each in its block.
TEST_F(ModuleLinesTest, MergesTheFilesOfARun) {
  BytesBuilder b;
  b.u32(0x10).u16(1).u16(0).u32(0x20);
  b.u32(0).u32(2).u32(28).u32(0).u32(5).u32(8).u32(6);
  b.u32(8).u32(1).u32(20).u32(4).u32(50);
  set_c13(checksums({first_, second_}) + subsection(DEBUG_S_LINES, b));
  EXPECT_THAT(rows(0x1000, 0x2000),
              ElementsAre("1010 a.cc:5", "1014 b.h:50", "1018 a.cc:6", "1030 "));
}

TEST_F(ModuleLinesTest, ReadsColumns) {
  BytesBuilder b;
  b.u32(0x10).u16(1).u16(CV_LINES_HAVE_COLUMNS).u32(0x20);
  b.u32(0).u32(2).u32(36).u32(0).u32(5).u32(8).u32(6).u16(3).u16(9).u16(17).u16(0);
  set_c13(checksums({first_}) + subsection(DEBUG_S_LINES, b));
  EXPECT_THAT(rows(0x1000, 0x2000), ElementsAre("1010 a.cc:5:3", "1018 a.cc:6:17", "1030 "));
}

// 0xf00f00 and 0xfeefee tell a debugger what to step over; the line before goes on.
TEST_F(ModuleLinesTest, SkipsSteppingMarks) {
  set_c13(checksums({first_}) +
          lines(0, 0x20, 0, {{0, 5}, {4, kLineNeverStepInto}, {8, kLineAlwaysStepInto}, {12, 6}}));
  EXPECT_THAT(rows(0x1000, 0x2000), ElementsAre("1000 a.cc:5", "100c a.cc:6", "1020 "));
}

// Equal functions folded into one: the first one's lines stay.
TEST_F(ModuleLinesTest, KeepsTheFirstOfRunsThatOverlap) {
  set_c13(checksums({first_, second_}) + lines(0x10, 0x10, 0, {{0, 5}, {8, 6}}) +
          lines(0x10, 0x10, 8, {{0, 7}}) + lines(0x18, 0x10, 8, {{0, 8}, {4, 9}, {12, 10}}));
  EXPECT_THAT(rows(0x1000, 0x2000),
              ElementsAre("1010 a.cc:5",
                          "1018 a.cc:6",
                          "1020 ",
                          "1020 b.h:8",
                          "1020 b.h:9",
                          "1024 b.h:10",
                          "1028 "));
}

TEST_F(ModuleLinesTest, FindsDefinitionsOfInlinees) {
  set_c13(checksums({first_, second_}) + inlinee_line(0x1005, 8, 70) + inlinee_line(0x1002, 0, 60) +
          subsection(DEBUG_S_INLINEELINES,
                     BytesBuilder()
                         .u32(1)
                         .u32(0x1003)
                         .u32(8)
                         .u32(80)
                         .u32(2)
                         .u32(0)
                         .u32(8)
                         .u32(0x1004)
                         .u32(0)
                         .u32(90)
                         .u32(0)));
  open();
  for (const auto& [id, line] :
       {std::pair(0x1002U, 60U), {0x1003U, 80U}, {0x1004U, 90U}, {0x1005U, 70U}}) {
    const InlineeLine* found = lines_->find_inlinee(id);
    ASSERT_NE(found, nullptr) << id;
    EXPECT_EQ(found->line, line);
  }
  EXPECT_EQ(lines_->find_inlinee(0x1001), nullptr);
}

// Visual C++ 6 and 7: one table of files, each with the sections it has code in.
TEST_F(ModuleLinesTest, ReadsC11Lines) {
  BytesBuilder b;
  b.u16(2).u16(1).ref32("a").ref32("b").u32(0x10).u32(0x2f).u16(1).u16(0);
  b.mark("a").u16(1).u16(0).ref32("a1").u32(0x10).u32(0x1f).cstring("a.cc").align(4);
  b.mark("a1").u16(1).u16(2).u32(0x10).u32(0x18).u16(5).u16(6);
  b.mark("b").u16(1).u16(0).ref32("b1").u32(0x20).u32(0x2f).cstring("b.h").align(4);
  b.mark("b1").u16(1).u16(1).u32(0x20).u16(7).u16(0);
  pdb_.modules = {{.c11 = b.build()}};
  EXPECT_THAT(rows(0x1000, 0x2000),
              ElementsAre("1010 a.cc:5", "1018 a.cc:6", "1020 ", "1020 b.h:7", "1030 "));
}

TEST_F(ModuleLinesTest, SurvivesDamage) {
  const Buffer good = checksums({first_, second_}) +
                      lines(0x10, 0x20, 0, {{0, 12}, {4, 13}, {8, 12}}) +
                      inlinee_line(0x1002, 0, 60);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0xffU}) {
      Buffer damaged = good;
      damaged[i] = static_cast<std::uint8_t>(value);
      set_c13(damaged);
      EXPECT_LE(rows(0, UINT32_MAX).size(), 8U);
    }
    set_c13(Buffer(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i)));
    EXPECT_LE(rows(0, UINT32_MAX).size(), 4U);
  }
}

TEST_F(ModuleLinesTest, SurvivesDamagedC11Lines) {
  BytesBuilder b;
  b.u16(1).u16(1).ref32("a").u32(0x10).u32(0x2f).u16(1).u16(0);
  b.mark("a").u16(1).u16(0).ref32("a1").u32(0x10).u32(0x1f).cstring("a.cc").align(4);
  b.mark("a1").u16(1).u16(2).u32(0x10).u32(0x18).u16(5).u16(6);
  const Buffer good = b.build();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0xffU}) {
      Buffer damaged = good;
      damaged[i] = static_cast<std::uint8_t>(value);
      pdb_.modules = {{.c11 = damaged}};
      EXPECT_LE(rows(0, UINT32_MAX).size(), 400U);
    }
  }
}

}  // namespace
}  // namespace sigla::pdb
