// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/metadata.h"

#include <gmock/gmock.h>

#include "formats/ppdb/dump.h"
#include "formats/ppdb/identity.h"
#include "formats/ppdb/ppdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

TEST(Metadata, ReadsBothHeapWidths) {
  for (const bool wide : {false, true}) {
    PpdbForTest pdb = typical_ppdb();
    pdb.wide_blobs = wide;
    const Buffer file = pdb.build();
    ASSERT_OK_AND_ASSIGN(const Metadata metadata, Metadata::open(file, Limits()));
    EXPECT_EQ(dump(metadata, Limits()),
              "id 000102030405060708090a0b0c0d0e0f6e2896a5\n"
              "table 0x30 rows 3\n"
              "table 0x31 rows 1\n"
              "table 0x32 rows 0\n"
              "table 0x33 rows 0\n"
              "table 0x34 rows 0\n"
              "table 0x35 rows 0\n"
              "table 0x36 rows 0\n"
              "table 0x37 rows 3\n"
              "document 1 C:\\a\\plain.cs\n"
              "document 2 C:\\a\\packed.cs\n"
              "document 3 C:\\a\\outside.cs\n"
              "custom embedded source of 0x30000001: 14 bytes\n"
              "custom embedded source of 0x30000002: 9 bytes\n"
              "custom Source Link of 0x00000001: 50 bytes\n"
              "embedded C:\\a\\plain.cs size 10 in 10\n"
              "embedded C:\\a\\packed.cs size 100 in " +
                  std::to_string(encode(Codec::kDeflate, as_bytes(std::string(100, 'x'))).size()) +
                  " packed\n"
                  "source link {\"documents\":{\"C:\\\\a\\\\*\":\"https://example.org/*\"}}\n");
  }
}

TEST(Metadata, FailsCleanlyOnEveryPrefix) {
  for_every_prefix(typical_ppdb().build(), 1, [](Bytes prefix) {
    const auto metadata = Metadata::open(prefix, Limits());
    if (metadata.has_value()) static_cast<void>(dump(metadata.value(), Limits()));
  });
}

TEST(Metadata, SurvivesEveryByteAtItsExtremes) {
  const Buffer file = typical_ppdb().build();
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      Buffer damaged = file;
      damaged[i] = static_cast<std::uint8_t>(value);
      const auto metadata = Metadata::open(damaged, Limits());
      if (metadata.has_value()) static_cast<void>(dump(metadata.value(), Limits()));
    }
  }
}

TEST(Metadata, RejectsMetadataThatIsNoPdb) {
  Buffer file = typical_ppdb().build();
  const std::string_view text = as_text(file);
  file[text.find("#Pdb") + 1] = 'X';
  EXPECT_THAT(Metadata::open(file, Limits()), IsError(ErrorCode::kUnsupported, "#Pdb"));
  EXPECT_THAT(Metadata::open(Buffer(), Limits()), IsError(ErrorCode::kMalformed, "magic"));
}

TEST(Metadata, StopsAtTheSizeLimit) {
  Limits limits;
  limits.metadata_heap_size_max = 10;
  EXPECT_THAT(Metadata::open(typical_ppdb().build(), limits),
              IsError(ErrorCode::kLimitExceeded, "bytes"));
}

TEST(IdentifyPpdb, HasGuidAndStamp) {
  const Buffer file = typical_ppdb().build();
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb pdb, identify_ppdb(file, "a.pdb", Limits()));
  EXPECT_EQ(pdb.identity.debug_id->dashed(), "03020100-0504-0706-0809-0a0b0c0d0e0f-a596286e");
  EXPECT_TRUE(pdb.identity.has_debug_info);
  EXPECT_TRUE(pdb.identity.has_sources);
  PpdbForTest empty;
  empty.method_count = 0;
  const Buffer empty_file = empty.build();
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb none, identify_ppdb(empty_file, "a.pdb", Limits()));
  EXPECT_FALSE(none.identity.has_debug_info);
  EXPECT_FALSE(none.identity.has_sources);
}

TEST(EmbeddedSources, Unpack) {
  const Buffer file = typical_ppdb().build();
  ASSERT_OK_AND_ASSIGN(IdentifiedPdb pdb, identify_ppdb(file, "a.pdb", Limits()));
  ASSERT_EQ(pdb.sources.embedded.size(), 2U);
  ASSERT_OK_AND_ASSIGN(const Buffer plain, read_embedded_file(pdb.sources.embedded[0], Limits()));
  EXPECT_EQ(as_text(plain), "class A {}");
  ASSERT_OK_AND_ASSIGN(const Buffer packed, read_embedded_file(pdb.sources.embedded[1], Limits()));
  EXPECT_EQ(as_text(packed), std::string(100, 'x'));
  ++pdb.sources.embedded[1].size;
  EXPECT_THAT(read_embedded_file(pdb.sources.embedded[1], Limits()),
              IsError(ErrorCode::kMalformed, "promised"));
}

TEST(EmbeddedSources, StopAtTheSizeLimit) {
  const Buffer file = typical_ppdb().build();
  ASSERT_OK_AND_ASSIGN(const Metadata metadata, Metadata::open(file, Limits()));
  Limits limits;
  limits.embedded_source_size_max = 50;
  Diagnostics diagnostics;
  EXPECT_EQ(read_sources(metadata, limits, diagnostics).embedded.size(), 1U);
  EXPECT_EQ(diagnostics.count(), 1U);
}

}  // namespace
}  // namespace sigla::ppdb
