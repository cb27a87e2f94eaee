// SPDX-License-Identifier: Apache-2.0
#include "codec/szdd.h"

#include "codec/testing_files.h"
#include "codec/unwrap.h"
#include "testing/bytes_builder.h"

namespace sigla {
namespace {

// "abababababab": two literals, then a match of ten bytes at the window's first free position.
// A set bit is a literal; a match is 12 bits of position and 4 of length less 3.
Buffer szdd() {
  BytesBuilder b;
  b.text("SZDD\x88\xf0\x27\x33").u8('A').u8('b').u32(12);
  b.u8(0x03).u8('a').u8('b').u8(0xf0).u8(0xf7);
  return b.build();
}

// Method 0: stored.
Buffer kwaj() {
  BytesBuilder b;
  b.text("KWAJ\x88\xf0\x27\xd1").u16(0).u16(14).u16(0).text("plain");
  return b.build();
}

Result<std::string> unpack(Bytes bytes, const Limits& limits = {}) {
  const File file = file_of(bytes);
  BufferSink sink;
  SIGLA_TRY(unpack_szdd_or_kwaj(file, sink, limits));
  return std::string(as_text(sink.buffer()));
}

TEST(Szdd, ReadsBothForms) {
  EXPECT_THAT(unpack(szdd()), IsOkAnd(testing::Eq("abababababab")));
  EXPECT_THAT(unpack(kwaj()), IsOkAnd(testing::Eq("plain")));
}

TEST(Szdd, StopsAtTheLimit) {
  Limits limits;
  limits.entry_size_max = 4;
  EXPECT_THAT(unpack(szdd(), limits), IsError(ErrorCode::kLimitExceeded, "limit of 4 bytes"));
}

TEST(Szdd, RejectsEveryTruncation) {
  const Buffer bytes = szdd();
  for (std::size_t size = 8; size < bytes.size(); ++size) {
    EXPECT_THAT(unpack(Bytes(bytes).first(size)), IsError(ErrorCode::kMalformed, "szdd")) << size;
  }
}

TEST(Szdd, RejectsKwajWithoutHeader) {
  const Buffer bytes = kwaj();
  for (std::size_t size = 8; size < 14; ++size) {
    EXPECT_THAT(unpack(Bytes(bytes).first(size)), IsError(ErrorCode::kMalformed, "kwaj")) << size;
  }
}

TEST(Szdd, IsUnwrapped) {
  ASSERT_OK_AND_ASSIGN(const auto unwrapped, unwrap(file_of(szdd()), Limits(), [] {
                         return File::create_in_memory("unwrapped");
                       }));
  ASSERT_TRUE(unwrapped.has_value());
  EXPECT_EQ(as_text(content_of(unwrapped->file)), "abababababab");
}

}  // namespace
}  // namespace sigla
