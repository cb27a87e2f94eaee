// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/debug_info.h"

#include <gmock/gmock.h>

#include "formats/pdb/debug_pdb_for_test.h"
#include "formats/pdb/dump.h"
#include "formats/pdb/frame_data.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

const std::string kData = "src/formats/pdb/testdata/";

TEST(PdbSymbols, ReadsRealFiles) {
  for (const char* name : {"small64.pdb", "small32.pdb"}) {
    const Buffer file = read_fixture(kData + name);
    ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
    expect_golden(kData + name + ".symbols.golden.txt", dump_symbols(container, Limits()));
  }
}

class DebugInfoTest : public testing::Test {
 protected:
  const DebugInfo& open() {
    file_ = pdb_.build();
    container_.emplace(Container::open(file_, Limits()).value());
    info_.emplace(DebugInfo::open(*container_, Limits()).value());
    return *info_;
  }
  std::vector<std::string> moved(std::uint32_t low, std::uint32_t high) {
    std::vector<std::string> pieces;
    open().addresses().move({low, high}, [&](std::uint32_t from, RvaRange now) {
      pieces.push_back(fmt::format("{:x}: {:x}-{:x}", from, now.low, now.high));
    });
    return pieces;
  }
  std::vector<FrameRecord> frames() {
    open();
    return read_frame_records(*container_, info_->dbi(), info_->addresses(), info_->names())
        .value();
  }

  DebugPdb pdb_;
  Buffer file_;
  std::optional<Container> container_;
  std::optional<DebugInfo> info_;
};

TEST_F(DebugInfoTest, KnowsWhoOwnsCode) {
  pdb_.contributions = {{0x10, 0x20, 3}, {0x40, 0x10, 1}, {0x48, 0x10, 2}};
  const SectionContributions& contributions = open().contributions();
  EXPECT_FALSE(contributions.find(0x100f));
  EXPECT_EQ(contributions.find(0x1010)->module, 3);
  EXPECT_EQ(contributions.find(0x102f)->module, 3);
  EXPECT_FALSE(contributions.find(0x1030));
  EXPECT_EQ(contributions.find(0x1047)->module, 1);
  EXPECT_EQ(contributions.find(0x1048)->module, 2);
  EXPECT_FALSE(contributions.find(0xffff'ffff));
}

TEST_F(DebugInfoTest, ReadsPublicCode) {
  pdb_.sections = {{}, {.address = 0x2000, .characteristics = 0x4000'0040}};
  pdb_.symbol_records =
      public_symbol("b", 0x20) + public_symbol("a", 0x10, 1, 0) + public_symbol("data", 0, 2, 0) +
      public_symbol("nowhere", 0, 9) +
      record(S_PUB32_ST, BytesBuilder().u32(2).u32(0x30).u16(1).u8(3).text("old"));
  std::string texts;
  for (const PublicCode& symbol : open().publics()) {
    texts += fmt::format("{:x} {};", symbol.rva, symbol.name);
  }
  EXPECT_EQ(texts, "1010 a;1020 b;1030 old;");
}

TEST_F(DebugInfoTest, MovesCodeByOmap) {
  EXPECT_FALSE(open().addresses().is_moved());
  pdb_.omap = {{0x1000, 0x5000}, {0x1010, 0}, {0x1020, 0x7000}, {0x1030, 0x6000}};
  pdb_.sections = {{.address = 0x5000, .size = 0x4000}};
  pdb_.original_sections = {{.address = 0x1000, .size = 0x40}};
  EXPECT_TRUE(open().addresses().is_moved());
  EXPECT_EQ(open().addresses().rva({1, 0x10}), 0x1010U) << "the section as it was linked";
  EXPECT_THAT(moved(0x1004, 0x1034),
              testing::ElementsAre("1004: 5004-5010", "1020: 7000-7010", "1030: 6000-6004"));
  EXPECT_THAT(moved(0x1010, 0x1020), testing::IsEmpty());
  EXPECT_THAT(moved(0x0, 0x1001), testing::ElementsAre("1000: 5000-5001"));
  pdb_.omap = {{0x1000, 0xffff'fff0}};
  EXPECT_THAT(moved(0x1000, 0x1020), testing::IsEmpty()) << "past the end of all addresses";
}

TEST_F(DebugInfoTest, ReadsFrameRecords) {
  const std::uint32_t program = pdb_.add_name("$T0 $ebp =");
  pdb_.fpo = BytesBuilder().u32(0x1000).u32(0x40).u32(2).u16(3).u16(0x1205).build();
  pdb_.frame_data = BytesBuilder()
                        .u32(0x1040)
                        .u32(0x20)
                        .u32(8)
                        .u32(12)
                        .u32(4)
                        .u32(program)
                        .u16(3)
                        .u16(16)
                        .u32(4)
                        .build();
  const auto records = frames();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_FALSE(records[0].is_frame_data);
  EXPECT_EQ(records[0].range.low, 0x1000U);
  EXPECT_EQ(records[0].range.high, 0x1040U);
  EXPECT_EQ(records[0].local_size, 8U);
  EXPECT_EQ(records[0].parameter_size, 12U);
  EXPECT_EQ(records[0].prologue_size, 5U);
  EXPECT_EQ(records[0].saved_register_size, 8U);
  EXPECT_TRUE(records[0].uses_base_pointer);
  EXPECT_TRUE(records[1].is_frame_data);
  EXPECT_EQ(records[1].range.high, 0x1060U);
  EXPECT_EQ(records[1].parameter_size, 12U);
  EXPECT_EQ(records[1].saved_register_size, 16U);
  EXPECT_EQ(records[1].program, "$T0 $ebp =");
}

TEST_F(DebugInfoTest, MovesFrameRecords) {
  pdb_.fpo = BytesBuilder().u32(0x1000).u32(0x20).u32(0).u16(0).u16(0x14).build();
  pdb_.omap = {{0x1000, 0x3000}, {0x1010, 0x2000}};
  const auto records = frames();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].range.low, 0x3000U);
  EXPECT_EQ(records[0].prologue_size, 0x14U);
  EXPECT_EQ(records[1].range.low, 0x2000U);
  EXPECT_EQ(records[1].range.high, 0x2010U);
  EXPECT_EQ(records[1].prologue_size, 4U);
}

TEST_F(DebugInfoTest, RecognisesFastlink) {
  EXPECT_FALSE(open().info().is_fastlink);
  pdb_.is_fastlink = true;
  EXPECT_TRUE(open().info().is_fastlink);
}

TEST_F(DebugInfoTest, NeedsSectionHeaders) {
  pdb_.sections = {};
  const Buffer file = pdb_.build();
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_THAT(DebugInfo::open(container, Limits()),
              IsError(ErrorCode::kNotFound, "no section headers"));
}

TEST(DebugInfo, NeedsAnImagesDebugInformation) {
  const Buffer file = build_msf(512, {{}, build_info_stream(1, 1)});
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  EXPECT_THAT(DebugInfo::open(container, Limits()), IsError(ErrorCode::kNotFound, "only types"));
}

TEST(DebugInfo, SurvivesEveryTruncation) {
  DebugPdb pdb;
  const std::uint32_t name = pdb.add_name("a.cc");
  pdb.modules.push_back({.symbols = procedure(S_GPROC32, "f", 0, 0, 0x10) + end(),
                         .c13 = checksums({name}) + lines(0, 0x10, 0, {{0, 1}})});
  pdb.symbol_records = public_symbol("f", 0);
  const Buffer file = pdb.build(512);
  for_every_prefix(file, 7, [](Bytes part) {
    const auto container = Container::open(part, Limits());
    if (!container.has_value()) return;
    EXPECT_FALSE(dump_symbols(container.value(), Limits()).empty());
  });
}

}  // namespace
}  // namespace sigla::pdb
