// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/inline_annotations.h"

#include <gmock/gmock.h>

#include <ostream>

#include "formats/pdb/raw.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"

namespace sigla::pdb {

bool operator==(const InlineRow& a, const InlineRow& b) {
  return a.chunk == b.chunk && a.offset == b.offset && a.size == b.size && a.file == b.file &&
         a.line == b.line && a.column == b.column;
}
void PrintTo(const InlineRow& row, std::ostream* out) {
  *out << row.chunk << "+" << row.offset << " size " << row.size << " file " << row.file << " "
       << row.line << ":" << row.column;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<InlineRow> rows_of(const Buffer& annotations, std::uint32_t line = 100) {
  InlineAnnotations reader(annotations, 8, line);
  std::vector<InlineRow> rows;
  for (InlineRow row; reader.next(row);) rows.push_back(row);
  return rows;
}

// Of Visual C++ 14.44: "line +7, code +7, line +5, code +0xe, line +6, code +8 for 0xb".
TEST(InlineAnnotations, ReadsWhatVisualCppWrites) {
  EXPECT_THAT(
      rows_of({0x06, 0x0e, 0x03, 0x07, 0x06, 0x0a, 0x03, 0x0e, 0x06, 0x0c, 0x0c, 0x0b, 0x08, 0x00}),
      ElementsAre(InlineRow{0, 0x07, 0x0e, 8, 107, 0},
                  InlineRow{0, 0x15, 0x08, 8, 112, 0},
                  InlineRow{0, 0x1d, 0x0b, 8, 118, 0}));
}

// The length of a row is not part of where the next one begins ...
TEST(InlineAnnotations, CountsFromTheStartOfARowWithItsLength) {
  EXPECT_THAT(
      rows_of({0x0c, 0x80, 0x84, 0x7a, 0x0c, 0x18, 0x80, 0xb2}),
      ElementsAre(InlineRow{0, 0x7a, 0x84, 8, 100, 0}, InlineRow{0, 0x12c, 0x18, 8, 100, 0}));
}

// ... unless it stands alone, as clang has it.
TEST(InlineAnnotations, MovesOnByALengthThatStandsAlone) {
  EXPECT_THAT(rows_of({0x0b, 0x24, 0x04, 0x06, 0x03, 0x10, 0x04, 0x02}),
              ElementsAre(InlineRow{0, 4, 6, 8, 101, 0}, InlineRow{0, 0x1a, 2, 8, 101, 0}));
}

TEST(InlineAnnotations, ReadsEveryOpcode) {
  BytesBuilder b;
  b.u8(BA_OP_CodeOffset).u8(0x20).u8(BA_OP_ChangeLineEndDelta).u8(1);
  b.u8(BA_OP_ChangeRangeKind).u8(0).u8(BA_OP_ChangeColumnStart).u8(9);
  b.u8(BA_OP_ChangeColumnEndDelta).u8(4).u8(BA_OP_ChangeColumnEnd).u8(12);
  b.u8(BA_OP_ChangeFile).u8(24).u8(BA_OP_ChangeLineOffset).u8(7);  // -3
  b.u8(BA_OP_ChangeCodeOffset).u8(1).u8(BA_OP_ChangeCodeLength).u8(5);
  b.u8(BA_OP_ChangeCodeOffsetBase).u8(2).u8(BA_OP_ChangeCodeOffsetAndLineOffset).u8(0x23);
  b.u8(BA_OP_ChangeCodeLength).u8(6).u8(BA_OP_ChangeCodeLengthAndCodeOffset).u8(2).u8(7);
  EXPECT_THAT(rows_of(b.build()),
              ElementsAre(InlineRow{0, 0x21, 5, 24, 97, 9},
                          InlineRow{2, 3, 6, 24, 98, 9},
                          InlineRow{2, 16, 2, 24, 98, 9}));
}

TEST(InlineAnnotations, ReadsNumbersOfEverySize) {
  EXPECT_THAT(rows_of({0x03, 0x7f, 0x04, 0x01}), ElementsAre(InlineRow{0, 0x7f, 1, 8, 100, 0}));
  EXPECT_THAT(rows_of({0x03, 0xbf, 0xff, 0x04, 0x01}),
              ElementsAre(InlineRow{0, 0x3fff, 1, 8, 100, 0}));
  EXPECT_THAT(rows_of({0x03, 0xdf, 0xff, 0xff, 0xff, 0x04, 0x01}),
              ElementsAre(InlineRow{0, 0x1fff'ffff, 1, 8, 100, 0}));
  EXPECT_THAT(rows_of({0x03, 0xe0, 0x04, 0x01}), IsEmpty());  // no such number
}

TEST(InlineAnnotations, EndsAtPaddingAndUnknownOpcodes) {
  EXPECT_THAT(rows_of({0x00, 0x03, 0x01, 0x04, 0x01}), IsEmpty());
  EXPECT_THAT(rows_of({0x0e, 0x03, 0x01, 0x04, 0x01}), IsEmpty());
  EXPECT_THAT(rows_of({0x03, 0x01}), IsEmpty()) << "a row without an end";
}

// Sums that wrap lead somewhere, but to no row without an end and no endless loop.
TEST(InlineAnnotations, SurvivesOverflow) {
  Buffer annotations;
  for (int i = 0; i < 20; ++i) {
    annotations.insert(annotations.end(), {0x03, 0xdf, 0xff, 0xff, 0xff});
  }
  for (const InlineRow& row : rows_of(annotations, UINT32_MAX)) EXPECT_GT(row.size, 0U);
}

TEST(InlineAnnotations, EndsCleanlyAtEveryTruncation) {
  const Buffer whole = {
      0x06, 0x0e, 0x03, 0x80, 0x84, 0x0b, 0x24, 0x0c, 0xc0, 0x00, 0x01, 0x00, 0x08};
  for_every_prefix(whole, 1, [](Bytes part) {
    InlineAnnotations reader(part, 0, 1);
    std::size_t count = 0;
    for (InlineRow row; reader.next(row);) ++count;
    EXPECT_LE(count, 2U);
  });
}

}  // namespace
}  // namespace sigla::pdb
