// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/sequence_points.h"

#include <gmock/gmock.h>

#include "codec/clr_metadata_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

using T = ClrTable;

// One method whose points are `blob`; two documents.
Buffer pdb_with(Bytes blob, std::uint32_t document = 1) {
  ClrMetadataForTest pdb;
  pdb.version = "PDB v1.0";
  pdb.pdb.emplace();
  pdb.pdb->referenced = {{T::kMethodDef, 1}};
  for (int i = 0; i < 2; ++i) pdb.add(T::kDocument, {0, 0, 0, 0});
  pdb.add(T::kMethodDebugInformation, {document, blob.empty() ? 0 : pdb.blob(blob)});
  return pdb.build();
}

Result<std::vector<SequencePoint>> points_of(const Buffer& file) {
  SIGLA_TRY_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  return read_sequence_points(pdb, 1);
}

// IL 0 at 10:5-10:6, IL 3 hidden, IL 5 at 8:9-11:2 of document 2.
BytesBuilder typical_points() {
  BytesBuilder b;
  b.u8(7);  // local signature
  b.u8(0).u8(0).u8(1).u8(10).u8(5);
  b.u8(3).u8(0).u8(0);
  b.u8(0).u8(2);  // document 2
  b.u8(2).u8(3);
  append_clr_signed(b, -7);
  append_clr_signed(b, -2);
  append_clr_signed(b, 4);
  return b;
}

TEST(SequencePoints, ReadsPlacesHiddenPointsAndDocuments) {
  const Buffer file = pdb_with(typical_points().build());
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(auto reader, SequencePoints::open(pdb, 1));
  EXPECT_EQ(reader.local_signature(), 7U);
  ASSERT_OK_AND_ASSIGN(const auto points, read_sequence_points(pdb, 1));
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].il_offset, 0U);
  EXPECT_EQ(points[0].document, 1U);
  EXPECT_EQ(points[0].start_line, 10U);
  EXPECT_EQ(points[0].start_column, 5U);
  EXPECT_EQ(points[0].end_line, 10U);
  EXPECT_EQ(points[0].end_column, 6U);
  EXPECT_EQ(points[1].il_offset, 3U);
  EXPECT_TRUE(points[1].is_hidden);
  EXPECT_EQ(points[2].il_offset, 5U);
  EXPECT_EQ(points[2].document, 2U);
  EXPECT_EQ(points[2].start_line, 8U);
  EXPECT_EQ(points[2].start_column, 9U);
  EXPECT_EQ(points[2].end_line, 11U);
  EXPECT_EQ(points[2].end_column, 2U);
}

TEST(SequencePoints, FindsThePlaceOfAnOffset) {
  const Buffer file = pdb_with(typical_points().build());
  ASSERT_OK_AND_ASSIGN(const auto pdb, Metadata::open(file, Limits()));
  const auto line = [&](std::uint32_t il_offset) {
    const auto found = find_sequence_point(pdb, 1, il_offset);
    return found.has_value() && found.value() ? (*found)->start_line : 0;
  };
  EXPECT_EQ(line(0), 10U);
  EXPECT_EQ(line(2), 10U);
  EXPECT_EQ(line(4), 10U);  // hidden: the place before
  EXPECT_EQ(line(5), 8U);
  EXPECT_EQ(line(0xffff), 8U);
  EXPECT_THAT(find_sequence_point(pdb, 2, 0), IsError(ErrorCode::kNotFound, "method 2 of 1"));
  EXPECT_THAT(find_sequence_point(pdb, 0, 0), IsError(ErrorCode::kNotFound, "method 0"));
}

TEST(SequencePoints, BeginWithTheirDocumentWhenTheRowHasNone) {
  BytesBuilder b;
  b.u8(0).u8(2).u8(0).u8(0).u8(1).u8(10).u8(5);
  ASSERT_OK_AND_ASSIGN(const auto points, points_of(pdb_with(b.build(), 0)));
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].document, 2U);
}

TEST(SequencePoints, MayBeMissing) {
  ASSERT_OK_AND_ASSIGN(const auto points, points_of(pdb_with({}, 0)));
  EXPECT_TRUE(points.empty());
}

TEST(SequencePoints, RejectsEveryTruncation) {
  const Buffer whole = typical_points().build();
  // Between the records it is whole.
  const std::vector<std::size_t> ends = {1, 6, 9, 11};
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto points = points_of(pdb_with(Bytes(whole).first(size)));
    const bool is_end = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(points.has_value(), is_end) << size;
  }
}

TEST(SequencePoints, RejectsDocumentsAndPlacesOutOfRange) {
  EXPECT_THAT(points_of(pdb_with(typical_points().build(), 3)),
              IsError(ErrorCode::kMalformed, "document 3 of 2"));
  BytesBuilder before_first_line;
  before_first_line.u8(0).u8(0).u8(0).u8(1).u8(1).u8(1).u8(1).u8(0).u8(1);
  append_clr_signed(before_first_line, -2);
  append_clr_signed(before_first_line, 0);
  EXPECT_THAT(points_of(pdb_with(before_first_line.build())),
              IsError(ErrorCode::kMalformed, "out of range"));
}

}  // namespace
}  // namespace sigla::ppdb
