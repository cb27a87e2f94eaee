// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/identity.h"

#include <gmock/gmock.h>

#include "formats/pdb/pdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

Result<IdentifiedPdb> identify_streams(std::vector<Buffer> streams) {
  return identify_pdb(build_msf(512, streams), "C:\\b\\a.pdb", Limits());
}

TEST(IdentifyPdb, RealFiles) {
  const Buffer file64 = read_fixture("src/formats/pdb/testdata/small64.pdb");
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb x64, identify_pdb(file64, "small64.pdb", Limits()));
  EXPECT_EQ(x64.identity.debug_id->dashed(), "38264f90-3140-b8a3-4c4c-44205044422e-1");
  EXPECT_EQ(x64.identity.arch, Arch::kX86_64);
  EXPECT_TRUE(x64.identity.has_symbols);
  EXPECT_TRUE(x64.identity.has_debug_info);
  EXPECT_FALSE(x64.identity.has_unwind_info);
  EXPECT_TRUE(x64.identity.has_sources);
  EXPECT_NE(x64.sources.source_link.find("example.org"), std::string::npos);

  const Buffer file32 = read_fixture("src/formats/pdb/testdata/small32.pdb");
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb x86, identify_pdb(file32, "small32.pdb", Limits()));
  EXPECT_EQ(x86.identity.arch, Arch::kX86);
  EXPECT_TRUE(x86.identity.has_unwind_info);
  EXPECT_TRUE(x86.sources.has_srcsrv);
}

TEST(IdentifyPdb, TakesTheAgeOfTheDbiStream) {
  DbiForTest dbi;
  dbi.age = 1;
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb pdb,
                       identify_streams({{}, build_info_stream(0x11, 4), {}, dbi.build()}));
  EXPECT_EQ(pdb.identity.debug_id->age, 1U);
  EXPECT_EQ(pdb.identity.name, "a.pdb");
  EXPECT_FALSE(pdb.identity.has_symbols);
  EXPECT_FALSE(pdb.identity.has_debug_info);
  EXPECT_FALSE(pdb.identity.has_sources);
}

TEST(IdentifyPdb, FallsBackToTheInfoStreamsAge) {
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb no_dbi,
                       identify_streams({{}, build_info_stream(0x11, 4)}));
  EXPECT_EQ(no_dbi.identity.debug_id->age, 4U);
  DbiForTest dbi;
  dbi.version = 19'960'307;
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb old_dbi,
                       identify_streams({{}, build_info_stream(0x11, 4), {}, dbi.build()}));
  EXPECT_EQ(old_dbi.identity.debug_id->age, 4U);
}

TEST(IdentifyPdb, CountsFeaturesByContent) {
  DbiForTest dbi;
  dbi.machine = 0xc0ee;
  dbi.symbol_records_stream = 4;
  dbi.fpo_stream = 4;
  dbi.module_line_size = 100;
  ASSERT_OK_AND_ASSIGN(
      const IdentifiedPdb pdb,
      identify_streams({{}, build_info_stream(0x11, 4), {}, dbi.build(), Buffer(8)}));
  EXPECT_TRUE(pdb.identity.is_managed);
  EXPECT_TRUE(pdb.identity.has_symbols);
  EXPECT_TRUE(pdb.identity.has_debug_info);
  EXPECT_TRUE(pdb.identity.has_unwind_info);
}

TEST(IdentifyPdb, ListsManagedSources) {
  BytesBuilder packed;
  packed.zeros(64).u32(2).u32(4 + 9).zeros(2).u32(500).zeros(9);
  BytesBuilder plain;
  plain.zeros(64).u32(0).u32(4 + 9).u32(0).zeros(9);
  BytesBuilder none;
  none.zeros(64).u32(0).u32(0);
  const auto info = build_info_stream(
      0x11,
      1,
      {{"/src/files/c:\\a.cs", 4}, {"/src/files/c:\\b.cs", 5}, {"/src/files/c:\\c.cs", 6}});
  ASSERT_OK_AND_ASSIGN(
      const IdentifiedPdb pdb,
      identify_streams({{}, info, {}, {}, packed.build(), plain.build(), none.build()}));
  ASSERT_EQ(pdb.sources.embedded.size(), 2U);
  EXPECT_EQ(pdb.sources.embedded[0].path, "c:\\a.cs");
  EXPECT_EQ(pdb.sources.embedded[0].size, 500U);
  EXPECT_EQ(pdb.sources.embedded[1].size, 9U);
  EXPECT_TRUE(pdb.identity.has_sources);
}

TEST(IdentifyPdb, MarksMsfz) {
  DbiForTest dbi;
  ASSERT_OK_AND_ASSIGN(
      const IdentifiedPdb pdb,
      identify_pdb(
          build_msfz({{}, build_info_stream(0x11, 4), {}, dbi.build()}), "a.pdb", Limits()));
  EXPECT_TRUE(pdb.identity.is_msfz);
  EXPECT_EQ(pdb.identity.debug_id->dashed(), "11111111-1111-1111-1111-111111111111-1");
}

TEST(IdentifyPdb, RejectsBrokenDbiStreams) {
  for (const std::size_t offset : {24U, 28U, 48U, 52U}) {
    DbiForTest dbi;
    Buffer stream = dbi.build();
    const std::uint32_t huge = UINT32_MAX;
    std::memcpy(stream.data() + offset, &huge, 4);
    EXPECT_THAT(identify_streams({{}, build_info_stream(0x11, 4), {}, stream}),
                IsError(ErrorCode::kMalformed, "DBI"))
        << offset;
  }
}

}  // namespace
}  // namespace sigla::pdb
