// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/notes.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";

Buffer two_notes() {
  BytesBuilder b;
  b.u32(3).u32(4).u32(NT_GO_BUILD_ID).cstring("Go").align(4).text("abcd");
  b.u32(4).u32(5).u32(NT_GNU_BUILD_ID).cstring("GNU").text("12345");
  return b.build();
}

TEST(NoteReader, ReadsNotesAndForgivesMissingPaddingAtTheEnd) {
  const Buffer data = two_notes();
  NoteReader notes(ByteReader(data), 4);
  ASSERT_OK_AND_ASSIGN(const auto go, notes.next());
  ASSERT_TRUE(go.has_value());
  EXPECT_EQ(go->name, "Go");
  EXPECT_EQ(as_text(go->descriptor), "abcd");
  ASSERT_OK_AND_ASSIGN(const auto gnu, notes.next());
  ASSERT_TRUE(gnu.has_value());
  EXPECT_EQ(gnu->name, "GNU");
  EXPECT_EQ(gnu->type, NT_GNU_BUILD_ID);
  EXPECT_EQ(as_text(gnu->descriptor), "12345");
  ASSERT_OK_AND_ASSIGN(const auto end, notes.next());
  EXPECT_FALSE(end.has_value());
}

TEST(NoteReader, PadsToEightWhereTheTableSaysSo) {
  BytesBuilder b;
  b.u32(4).u32(4).u32(5).cstring("GNU").text("abcd").align(8);
  b.u32(4).u32(1).u32(6).cstring("GNU").text("x");
  const Buffer data = b.build();
  NoteReader notes(ByteReader(data), 8);
  EXPECT_THAT(notes.next(), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto second, notes.next());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->type, 6U);
  EXPECT_EQ(as_text(second->descriptor), "x");
}

TEST(NoteReader, RejectsEveryTruncation) {
  const Buffer data = two_notes();
  const std::size_t boundary = 12 + 4 + 4;
  for_every_prefix(data, 1, [&](Bytes prefix) {
    if (prefix.empty() || prefix.size() == boundary) return;
    NoteReader notes(ByteReader(prefix), 4);
    auto note = notes.next();
    if (prefix.size() > boundary) note = notes.next();
    EXPECT_THAT(note, IsError(ErrorCode::kMalformed, "ELF note: truncated")) << prefix.size();
    ASSERT_OK_AND_ASSIGN(const auto end, notes.next());
    EXPECT_FALSE(end.has_value());
  });
}

TEST(NoteReader, RejectsSizesPastTheEnd) {
  for (const std::size_t field : {0U, 4U}) {
    Buffer data = two_notes();
    for (std::size_t i = 0; i < 4; ++i) data[field + i] = 0xff;
    NoteReader notes(ByteReader(data), 4);
    EXPECT_THAT(notes.next(), IsError(ErrorCode::kMalformed, "ELF note")) << field;
  }
}

TEST(BuildId, IsReadFromSectionsAndFromSegmentsAlone) {
  for (const char* name : {"libsmall.so", "libsmall.so.debug", "libsmall.stripped.so"}) {
    const Buffer file = read_fixture(kTestdata + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    const auto id = build_id(image);
    ASSERT_TRUE(id.has_value()) << name;
    EXPECT_EQ(hex_lower(*id), "e99b9a95a90b62aa0cc374c2385c37427092c210");
  }
  const Buffer file = read_fixture(kTestdata + "libsmall.so");
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open_without_sections(file, Limits()));
  EXPECT_TRUE(image.sections().empty());
  ASSERT_TRUE(build_id(image).has_value());
}

}  // namespace
}  // namespace sigla::elf
