// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"

namespace sigla {
namespace {

TEST(Utf16, GoesBothWays) {
  using std::string_literals::operator""s;
  for (const std::string& text :
       {""s, "a"s, "\xc3\xa9\xe2\x82\xac"s, "\xf0\x9f\x98\x80x"s, "a\0b"s}) {
    const Buffer units = utf8_to_utf16(text);
    EXPECT_EQ(utf16_to_utf8(ByteReader(units), Utf16End::kSize), text);
  }
}

TEST(Utf16, EndsAtANulWhereAskedTo) {
  ByteWriter out;
  const Buffer units = out.u16('a').u16('b').u16(0).u16('c').data();
  EXPECT_EQ(utf16_to_utf8(ByteReader(units)), "ab");
  EXPECT_EQ(utf16_to_utf8(ByteReader(units), Utf16End::kSize).size(), 4U);
}

TEST(Utf16, RepairsHalvesOfPairs) {
  ByteWriter out;
  const Buffer units = out.u16(0xd83d).u16(0xde00).u16(0xdc00).u16('x').u16(0xd800).data();
  EXPECT_EQ(utf16_to_utf8(ByteReader(units)), "\xf0\x9f\x98\x80\xef\xbf\xbdx\xef\xbf\xbd");
  EXPECT_EQ(utf8_to_utf16("\xff"), utf8_to_utf16("\xef\xbf\xbd"));
}

}  // namespace
}  // namespace sigla
