// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/line_table.h"

#include <gtest/gtest.h>

#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::dwarf {
namespace {

// A program of version 4 with the header of gcc: min_inst_length 1, line_base -5, line_range 14,
// opcode_base 13. Ends with the program, whose bytes are appended by the tests.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(std::uint16_t version = 4, std::endian order = std::endian::little)
      : version_(version), order_(order), program_(order) {}

  BytesBuilder& program() { return program_; }
  ProgramBuilder& set_address(std::uint64_t address, std::size_t size = 8) {
    program_.u8(0).uleb(1 + size).u8(DW_LNE_set_address);
    size == 8 ? program_.u64(address) : program_.u32(address);
    return *this;
  }
  ProgramBuilder& advance_pc(std::uint64_t by) {
    program_.u8(DW_LNS_advance_pc).uleb(by);
    return *this;
  }
  ProgramBuilder& line(std::int64_t by) {
    program_.u8(DW_LNS_advance_line).sleb(by).u8(DW_LNS_copy);
    return *this;
  }
  ProgramBuilder& end(std::uint64_t by) {
    advance_pc(by);
    program_.u8(0).uleb(1).u8(DW_LNE_end_sequence);
    return *this;
  }
  ProgramBuilder& max_ops(std::uint8_t count) {
    max_ops_ = count;
    return *this;
  }

  Buffer build(bool is_64 = false) const {
    BytesBuilder tail(order_);
    tail.u8(1);
    if (version_ >= 4) tail.u8(max_ops_);
    tail.u8(1).u8(static_cast<std::uint8_t>(-5)).u8(14).u8(13);
    for (const int length : {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}) {
      tail.u8(static_cast<std::uint64_t>(length));
    }
    if (version_ >= 5) {
      tail.u8(1).uleb(DW_LNCT_path).uleb(DW_FORM_string).uleb(2).cstring("/comp").cstring("sub");
      tail.u8(3).uleb(DW_LNCT_path).uleb(DW_FORM_string);
      tail.uleb(DW_LNCT_directory_index).uleb(DW_FORM_udata);
      tail.uleb(5).uleb(DW_FORM_data16);
      tail.uleb(2).cstring("a.c").uleb(0).zeros(16).cstring("b.h").uleb(1).zeros(16);
    } else {
      tail.cstring("sub").cstring("/abs").u8(0);
      tail.cstring("a.c").uleb(0).uleb(0).uleb(0);
      tail.cstring("b.h").uleb(1).uleb(0).uleb(0);
      tail.cstring("c.h").uleb(2).uleb(0).uleb(0);
      tail.cstring("C:\\d.h").uleb(1).uleb(0).uleb(0);
      tail.u8(0);
    }
    const Buffer header = tail.build();
    const Buffer code = program_.build();
    BytesBuilder whole(order_);
    BytesBuilder body(order_);
    body.u16(version_);
    if (version_ >= 5) body.u8(8).u8(0);
    is_64 ? body.u64(header.size()) : body.u32(header.size());
    body.bytes(header).bytes(code);
    const Buffer inside = body.build();
    if (is_64) {
      whole.u32(0xffffffff).u64(inside.size());
    } else {
      whole.u32(inside.size());
    }
    return whole.bytes(inside).build();
  }

 private:
  std::uint16_t version_;
  std::endian order_;
  std::uint8_t max_ops_ = 1;
  BytesBuilder program_;
};

const CodeFilter kAnywhere({}, true);

Status read(LineTable& table, Bytes line, std::endian order = std::endian::little) {
  Sections sections;
  sections.order = order;
  sections.line = line;
  return table.read(sections, 0, Encoding(), kAnywhere, Limits());
}

std::vector<std::string> rows_of(const LineTable& table) {
  std::vector<std::string> text;
  for (const LineSequence& sequence : table.sequences()) {
    std::vector<LineRow> rows;
    table.append(sequence.low, sequence.high, rows);
    for (const LineRow& row : rows) {
      text.push_back(fmt::format("{:x} {}:{}:{}", row.address, row.file, row.line, row.column));
    }
    text.push_back(fmt::format("{:x} end", sequence.high));
  }
  return text;
}

using testing::ElementsAre;

ProgramBuilder two_rows(std::uint16_t version = 4, std::endian order = std::endian::little) {
  ProgramBuilder builder(version, order);
  builder.set_address(0x1000).line(9);
  builder.program().u8(DW_LNS_set_file).uleb(2).u8(DW_LNS_set_column).uleb(7);
  builder.program().u8(13 + 14 * 4 + 5 + 3);  // 4 bytes and 3 lines on
  builder.end(6);
  return builder;
}

TEST(LineTable, ComputesRowsInEveryVersionAndByteOrder) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{2, 3, 4, 5}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      for (const bool is_64 : {false, true}) {
        LineTable table;
        const Buffer line = two_rows(version, order).build(is_64);
        EXPECT_THAT(read(table, line, order), IsOk());
        EXPECT_THAT(rows_of(table), ElementsAre("1000 1:10:0", "1004 2:13:7", "100a end"))
            << version;
      }
    }
  }
}

TEST(LineTable, SurvivesEveryTruncation) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{4, 5}) {
    const Buffer line = two_rows(version).build();
    for_every_prefix(line, 1, [](Bytes prefix) {
      LineTable table;
      EXPECT_THAT(read(table, prefix), IsError(ErrorCode::kMalformed, "truncated"));
      EXPECT_THAT(rows_of(table), testing::IsEmpty());
    });
  }
}

TEST(LineTable, RejectsAddressSizesThatNoMachineHas) {
  Buffer line = two_rows(5).build();
  constexpr std::size_t kAddressSizeOffset = 6;
  for (const std::uint8_t size : std::initializer_list<std::uint8_t>{0, 1, 3, 9, 255}) {
    line[kAddressSizeOffset] = size;
    LineTable table;
    EXPECT_THAT(read(table, line), IsError(ErrorCode::kUnsupported, "addresses of"));
  }
}

TEST(LineTable, JoinsPathsAsTheSymbolizerPrintsThem) {
  LineTable table;
  const Buffer line = two_rows(4).build();
  ASSERT_THAT(read(table, line), IsOk());
  std::string path;
  EXPECT_FALSE(table.header().file_path(0, "/comp", path));
  EXPECT_TRUE(table.header().file_path(1, "/comp/", path));
  EXPECT_EQ(path, "/comp/a.c");
  EXPECT_TRUE(table.header().file_path(2, "/comp", path));
  EXPECT_EQ(path, "/comp/sub/b.h");
  EXPECT_TRUE(table.header().file_path(2, "", path));
  EXPECT_EQ(path, "sub/b.h");
  EXPECT_TRUE(table.header().file_path(3, "/comp", path));
  EXPECT_EQ(path, "/abs/c.h");
  EXPECT_TRUE(table.header().file_path(4, "/comp", path));
  EXPECT_EQ(path, "C:\\d.h");
  EXPECT_FALSE(table.header().file_path(5, "/comp", path));
  const Buffer line5 = two_rows(5).build();
  ASSERT_THAT(read(table, line5), IsOk());
  EXPECT_TRUE(table.header().file_path(0, "/ignored", path));
  EXPECT_EQ(path, "/comp/a.c");
  EXPECT_TRUE(table.header().file_path(1, "/other", path));
  EXPECT_EQ(path, "/other/sub/b.h");
  EXPECT_FALSE(table.header().file_path(2, "/other", path));
}

TEST(LineTable, KeepsTheLastOfRowsAtOneAddressAndSortsOthers) {
  ProgramBuilder builder;
  builder.set_address(0x1000).line(9).line(1);
  builder.set_address(0x1008).line(20).set_address(0x1004).line(5).end(0x1c);
  LineTable table;
  const Buffer line = builder.build();
  ASSERT_THAT(read(table, line), IsOk());
  EXPECT_THAT(rows_of(table), ElementsAre("1000 1:11:0", "1004 1:36:0", "1008 1:31:0", "1020 end"));
}

TEST(LineTable, PutsSequencesInOrderAndGivesOverlapsToTheOneThatEndsFirst) {
  ProgramBuilder builder;
  builder.set_address(0x3000).line(1).end(0x10);
  builder.set_address(0x1000).line(2).end(0x10);
  builder.set_address(0x1008).line(3).end(0x10);
  builder.set_address(0x2000).line(4).end(0);  // empty
  LineTable table;
  const Buffer line = builder.build();
  ASSERT_THAT(read(table, line), IsOk());
  EXPECT_THAT(
      rows_of(table),
      ElementsAre("1000 1:3:0", "1010 end", "1010 1:4:0", "1018 end", "3000 1:2:0", "3010 end"));
}

TEST(LineTable, LeavesOutWhatTheLinkerRemoved) {
  ProgramBuilder builder;
  for (const std::uint64_t address :
       std::initializer_list<std::uint64_t>{0, 1, UINT64_MAX - 1, UINT64_MAX, 0x2000}) {
    builder.set_address(address).line(1).end(0x10);
  }
  const Buffer line = builder.build();
  Sections sections;
  sections.line = line;
  LineTable table;
  const CodeFilter code({{0x1000, 0x3000}}, false);
  ASSERT_THAT(table.read(sections, 0, Encoding(), code, Limits()), IsOk());
  EXPECT_THAT(rows_of(table), ElementsAre("2000 1:2:0", "2010 end"));
  // In a relocatable file 0 is where a section begins.
  ASSERT_THAT(table.read(sections, 0, Encoding(), CodeFilter({}, true), Limits()), IsOk());
  EXPECT_THAT(rows_of(table), testing::Contains("0 1:2:0"));
}

TEST(LineTable, EndsRowsWhereASequenceEnds) {
  ProgramBuilder builder;
  builder.set_address(0x1000).line(1).end(0x10);
  builder.set_address(0x1020).line(2).end(0x10);
  LineTable table;
  const Buffer line = builder.build();
  ASSERT_THAT(read(table, line), IsOk());
  std::vector<LineRow> rows;
  table.append(0x1004, 0x1024, rows);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].address, 0x1004U);
  EXPECT_EQ(rows[1].address, 0x1010U);
  EXPECT_EQ(rows[1].file, LineRow::kNoFile);
  EXPECT_EQ(rows[2].address, 0x1020U);
}

TEST(LineTable, AdvancesOperationsOfAVliwMachine) {
  ProgramBuilder builder;
  builder.max_ops(3).set_address(0x1000).line(1).advance_pc(2).line(1).advance_pc(2).line(1).end(6);
  LineTable table;
  const Buffer line = builder.build();
  ASSERT_THAT(read(table, line), IsOk());
  EXPECT_THAT(rows_of(table), ElementsAre("1000 1:3:0", "1001 1:4:0", "1003 end"));
}

TEST(LineTable, SkipsOpcodesItDoesNotKnow) {
  ProgramBuilder builder;
  builder.program().u8(DW_LNS_set_isa).uleb(300);
  builder.program().u8(0).uleb(5).u8(0x80).u32(1);  // a vendor's
  builder.program().u8(0).uleb(2).u8(DW_LNE_set_discriminator).uleb(3);
  builder.set_address(0x1000).line(1).end(4);
  LineTable table;
  const Buffer line = builder.build();
  ASSERT_THAT(read(table, line), IsOk());
  EXPECT_THAT(rows_of(table), ElementsAre("1000 1:2:0", "1004 end"));
}

TEST(LineTable, StopsAtTheRowLimit) {
  ProgramBuilder builder;
  builder.set_address(0x1000).line(1);
  for (int i = 0; i < 10; ++i) builder.advance_pc(1).line(1);
  const Buffer line = builder.end(1).build();
  Sections sections;
  sections.line = line;
  Limits limits;
  limits.record_count_max = 5;
  LineTable table;
  EXPECT_THAT(table.read(sections, 0, Encoding(), kAnywhere, limits),
              IsError(ErrorCode::kLimitExceeded, "more than 5 rows"));
}

}  // namespace
}  // namespace sigla::dwarf
