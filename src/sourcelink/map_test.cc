// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/map.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

SourceLinkMap parsed(std::string_view json) {
  auto map = SourceLinkMap::parse(json, Limits());
  EXPECT_TRUE(map.has_value()) << (map.has_value() ? "" : map.error().message());
  return map.has_value() ? std::move(map).value() : SourceLinkMap();
}

std::string error_of(std::string_view json) {
  const auto map = SourceLinkMap::parse(json, Limits());
  return map.has_value() ? "" : map.error().message();
}

TEST(SourceLinkMap, PrefersTheLongestEntryAndKeepsTheOrderOfEquals) {
  const SourceLinkMap map = parsed(
      R"({"documents":{"/s/*":"http://short/*","/s/deep/*":"http://deep/*","/S/DEEP/*":"no/*"}})");
  EXPECT_EQ(map.url_of("/s/a.c"), "http://short/a.c");
  EXPECT_EQ(map.url_of("/s/deep/a.c"), "http://deep/a.c");
  EXPECT_EQ(map.url_of("/S/Deep/a.c"), "http://deep/a.c");
  EXPECT_EQ(map.url_of("/t/a.c"), std::nullopt);
}

TEST(SourceLinkMap, KeepsDuplicateKeys) {
  const SourceLinkMap map =
      parsed(R"({"documents":{"/a*":"1*","/a*":"2*"},"documents":{"/a*":"3*"}})");
  ASSERT_EQ(map.entries().size(), 3U);
  EXPECT_EQ(map.url_of("/ax"), "1x");
}

TEST(SourceLinkMap, EncodesEachPartOfAPath) {
  const SourceLinkMap map = parsed(R"({"documents":{"C:\\src\\*":"https://h/*?at=1"}})");
  EXPECT_EQ(map.url_of("C:\\src\\a b\\\xc3\xa9#%.c"), "https://h/a%20b/%C3%A9%23%25.c?at=1");
  EXPECT_EQ(map.url_of("C:\\src\\*"), std::nullopt);
}

TEST(SourceLinkMap, SkipsWhatItDoesNotKnow) {
  EXPECT_EQ(parsed("\xef\xbb\xbf{\"v\":[{\"documents\":1}],\"documents\":{\"/a\":\"u\",},}\r\n")
                .url_of("/A"),
            "u");
  EXPECT_TRUE(parsed("{}").entries().empty());
}

TEST(SourceLinkMap, SaysWhatIsWrong) {
  EXPECT_NE(error_of("1").find("no object at offset 0"), std::string::npos);
  EXPECT_NE(error_of(R"({"documents":[]})").find("\"documents\" is no object"), std::string::npos);
  EXPECT_NE(error_of(R"({"documents":{"/x*":null}})").find("'/x*' is no text"), std::string::npos);
  EXPECT_NE(error_of(R"({"documents":{"/*/a":"x"}})").find("only stand at the end"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"documents":{"/a*":"**"}})").find("more than one"), std::string::npos);
  EXPECT_NE(error_of(R"({"documents":{}} x)").find("at offset 17"), std::string::npos)
      << error_of(R"({"documents":{}} x)");
  EXPECT_NE(error_of("{/*c*/}").find("offset"), std::string::npos);
}

TEST(SourceLinkMap, RejectsEveryTruncation) {
  const std::string json = R"({"documents":{"C:\\a*":"http://h/*"},"more":[true,1.5,{}]})";
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_NE(error_of(json.substr(0, size)), "") << size;
  }
  EXPECT_EQ(error_of(json), "");
}

TEST(SourceLinkMap, HasLimits) {
  Limits limits;
  limits.embedded_source_size_max = 4;
  EXPECT_EQ(SourceLinkMap::parse("{   }", limits).error().code(), ErrorCode::kLimitExceeded);
  EXPECT_NE(error_of(R"({"x":)" + std::string(5000, '[')), "");
}

}  // namespace
}  // namespace sigla::sourcelink
