// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/documents.h"

#include <gmock/gmock.h>

#include "formats/pdb/debug_pdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

Result<std::vector<SourceDocument>> documents_of(Bytes file) {
  SIGLA_TRY_ASSIGN(const Container container, Container::open(file, Limits()));
  SIGLA_TRY_ASSIGN(const InfoStream info, read_info_stream(container));
  return read_documents(container, info, Limits());
}

Result<std::string> embedded_in(Bytes file, std::string_view path) {
  SIGLA_TRY_ASSIGN(const Container container, Container::open(file, Limits()));
  SIGLA_TRY_ASSIGN(const InfoStream info, read_info_stream(container));
  SIGLA_TRY_ASSIGN(const Buffer content, read_embedded_document(container, info, path, Limits()));
  return std::string(as_text(content));
}

Buffer native_pdb() {
  DebugPdb pdb;
  const std::uint32_t a = pdb.add_name("C:\\src\\A.c");
  const std::uint32_t b = pdb.add_name("C:\\src\\b.c");
  const auto checksum_of = [](std::uint32_t name, std::uint8_t size) {
    BytesBuilder data;
    data.u32(name).u8(size).u8(1);
    for (std::uint8_t i = 0; i < size; ++i) data.u8(i);
    return data.align(4).build();
  };
  const Buffer both = checksum_of(a, 16) + checksum_of(b, 0);
  pdb.modules.push_back({.c13 = subsection(DEBUG_S_FILECHKSMS, BytesBuilder().bytes(both))});
  const std::uint32_t again = pdb.add_name("c:\\SRC\\a.c");
  const Buffer twice = checksum_of(again, 0) + checksum_of(9999, 4);
  pdb.modules.push_back({.c13 = subsection(DEBUG_S_FILECHKSMS, BytesBuilder().bytes(twice))});
  return pdb.build();
}

Buffer managed_pdb() {
  BytesBuilder plain;
  plain.zeros(64).u32(2).u32(4 + 5).u8(1).u8(2).u32(0).text("using");
  BytesBuilder absent;
  absent.zeros(64).u32(1).u32(0).u8(7);
  BytesBuilder huge;
  huge.zeros(64).u32(0).u32(8).u32(UINT32_MAX).u32(0);
  const auto info = build_info_stream(
      0x11,
      1,
      {{"/src/files/c:\\a.cs", 4}, {"/src/files/c:\\b.cs", 5}, {"/src/files/c:\\c.cs", 6}});
  return build_msf(512, {{}, info, {}, {}, plain.build(), absent.build(), huge.build()});
}

TEST(Documents, OfANativePdbStandOnceWithTheirChecksums) {
  ASSERT_OK_AND_ASSIGN(const auto documents, documents_of(native_pdb()));
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0].path, "C:\\src\\A.c");
  EXPECT_EQ(documents[0].checksum.size(), 16U);
  EXPECT_EQ(documents[0].checksum[15], 15);
  EXPECT_EQ(documents[1].path, "C:\\src\\b.c");
  EXPECT_TRUE(documents[1].checksum.empty());
  EXPECT_FALSE(documents[1].is_embedded);
}

TEST(Documents, OfAManagedPdbMayBeInIt) {
  const Buffer file = managed_pdb();
  ASSERT_OK_AND_ASSIGN(const auto documents, documents_of(file));
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0].path, "c:\\a.cs");
  EXPECT_EQ(documents[0].checksum, (Buffer{1, 2}));
  EXPECT_TRUE(documents[0].is_embedded);
  EXPECT_FALSE(documents[1].is_embedded);
  EXPECT_THAT(embedded_in(file, "C:\\A.CS"), IsOkAnd(std::string("using")));
  EXPECT_THAT(embedded_in(file, "c:\\b.cs"), IsError(ErrorCode::kNotFound, "is not embedded"));
  EXPECT_THAT(embedded_in(file, "c:\\d.cs"), IsError(ErrorCode::kNotFound, "no 'c:\\d.cs'"));
  EXPECT_THAT(embedded_in(file, "c:\\c.cs"), IsError(ErrorCode::kLimitExceeded, "unpacked"));
}

TEST(Documents, SurviveEveryTruncation) {
  for (const Buffer& file : {native_pdb(), managed_pdb()}) {
    for_every_prefix(file, 61, [](Bytes prefix) {
      static_cast<void>(documents_of(prefix));
      static_cast<void>(embedded_in(prefix, "c:\\a.cs"));
    });
  }
}

}  // namespace
}  // namespace sigla::pdb
