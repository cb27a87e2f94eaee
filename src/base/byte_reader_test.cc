// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

const Buffer kEight = {1, 2, 3, 4, 5, 6, 7, 8};

TEST(ByteReader, ReadsBothByteOrders) {
  ByteReader little(kEight);
  EXPECT_EQ(little.u16(), 0x0201);
  EXPECT_EQ(little.u32(), 0x06050403U);
  ByteReader big(kEight, std::endian::big);
  EXPECT_EQ(big.u64(), 0x0102030405060708U);
  EXPECT_TRUE(big.at_end());
  EXPECT_TRUE(big.ok());
}

TEST(ByteReader, StaysFailedAfterTheFirstShortRead) {
  ByteReader reader(kEight);
  reader.skip(6);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_THAT(reader.finish("record"),
              IsError(ErrorCode::kMalformed, "record: truncated at offset 6"));
}

TEST(ByteReader, ReadsLeb128AndRejectsWhatDoesNotFit) {
  const Buffer good = {0xe5, 0x8e, 0x26, 0x7f, 0x80, 0x01};
  ByteReader reader(good);
  EXPECT_EQ(reader.uleb128(), 624485U);
  EXPECT_EQ(reader.sleb128(), -1);
  EXPECT_EQ(reader.uleb128(), 128U);
  EXPECT_THAT(reader.finish("leb"), IsOk());
  const Buffer max = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
  ByteReader at_max(max);
  EXPECT_EQ(at_max.uleb128(), UINT64_MAX);
  Buffer over = max;
  over.back() = 0x02;
  ByteReader past_max(over);
  EXPECT_EQ(past_max.uleb128(), 0U);
  EXPECT_FALSE(past_max.ok());
  const Buffer endless(20, 0x80);
  ByteReader without_end(endless);
  EXPECT_EQ(without_end.uleb128(), 0U);
  EXPECT_FALSE(without_end.ok());
}

TEST(ByteReader, FindsTheEndOfAString) {
  const Buffer text = {'a', 'b', 0, 'c'};
  ByteReader reader(text);
  EXPECT_EQ(reader.cstring(10), "ab");
  EXPECT_EQ(reader.cstring(10), "");
  EXPECT_FALSE(reader.ok());
  ByteReader bounded(text);
  EXPECT_EQ(bounded.cstring(1), "");
  EXPECT_FALSE(bounded.ok());
  ByteReader exact(text);
  EXPECT_EQ(exact.cstring(2), "ab");
}

TEST(ByteReader, AlignsFromItsOwnStartAndNarrows) {
  ByteReader reader(kEight);
  reader.skip(1);
  reader.align(4);
  EXPECT_EQ(reader.position(), 4U);
  ByteReader sub = reader.sub(2);
  EXPECT_EQ(sub.u16(), 0x0605);
  EXPECT_EQ(sub.u8(), 0);
  EXPECT_FALSE(sub.ok());
  EXPECT_EQ(reader.u16(), 0x0807);
}

TEST(Slice, RefusesOffsetsThatWouldWrap) {
  EXPECT_THAT(slice(kEight, 8, 0, "x"), IsOk());
  EXPECT_THAT(slice(kEight, 9, 0, "x"), IsError(ErrorCode::kMalformed, "offset 9"));
  EXPECT_THAT(slice(kEight, 4, UINT64_MAX - 2, "x"),
              IsError(ErrorCode::kMalformed, "past the end"));
}

}  // namespace
}  // namespace sigla
