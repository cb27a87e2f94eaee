// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(Hex, RoundTripsAndRefusesWhatIsNoHex) {
  EXPECT_EQ(hex_lower(*parse_hex_bytes("00fFa5")), "00ffa5");
  EXPECT_EQ(hex_upper(*parse_hex_bytes("00ffa5")), "00FFA5");
  EXPECT_FALSE(parse_hex_bytes("0").has_value());
  EXPECT_FALSE(parse_hex_bytes("0g").has_value());
  EXPECT_EQ(parse_hex("fFfFfFfFfFfFfFfF"), UINT64_MAX);
  EXPECT_FALSE(parse_hex("10000000000000000").has_value());
  EXPECT_FALSE(parse_hex("").has_value());
  EXPECT_FALSE(parse_hex("-1").has_value());
  EXPECT_FALSE(parse_decimal("1x").has_value());
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
}

TEST(Text, SplitsAndFindsBaseNames) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(base_name("C:\\x\\y.pdb"), "y.pdb");
  EXPECT_EQ(base_name("/a/b"), "b");
  EXPECT_EQ(base_name("b"), "b");
  EXPECT_TRUE(ends_with_ignoring_case("X.PDB", ".pdb"));
  EXPECT_EQ(trim(" a b\r\n"), "a b");
}

TEST(Text, RepairsOnlyWhatIsNotUtf8) {
  EXPECT_TRUE(is_utf8("gr\xc3\xbc\xc3\x9f"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_EQ(to_utf8("a\xff"
                    "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(to_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace sigla
