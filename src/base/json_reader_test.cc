// SPDX-License-Identifier: Apache-2.0
#include "base/json_reader.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(JsonReader, ReadsEveryKindOfValue) {
  constexpr std::string_view kText =
      R"( {"a":[1, -2.5e3,"x\n\u00e9\ud83d\ude00\\"],"b":{"c":true,"d":null},"n":"0x1f","m":"31"} )";
  ASSERT_OK_AND_ASSIGN(const auto document, JsonDocument::parse(kText, "test"));
  const JsonValue root = document.root();
  std::vector<JsonType> types;
  for (const JsonValue value : root["a"]) types.push_back(value.type());
  EXPECT_THAT(types, testing::ElementsAre(JsonType::kNumber, JsonType::kNumber, JsonType::kText));
  auto at = root["a"].begin();
  EXPECT_EQ((*at).integer(), 1U);
  ++at;
  EXPECT_EQ((*at).integer(), std::nullopt);
  EXPECT_EQ(kText.substr((*at).offset(), (*at).size()), "-2.5e3");
  ++at;
  EXPECT_EQ((*at).text(), "x\n\xc3\xa9\xf0\x9f\x98\x80\\");
  EXPECT_EQ(root["b"]["c"].flag(), true);
  EXPECT_EQ(root["b"]["d"].type(), JsonType::kNull);
  EXPECT_EQ(root["n"].any_integer(), 31U);
  EXPECT_EQ(root["m"].any_integer(), 31U);
  EXPECT_EQ(root["n"].key(), "n");
  EXPECT_TRUE(root["nothing"]["at"]["all"].is_missing());
  EXPECT_EQ(root["b"].text_or("other"), "other");
  EXPECT_TRUE(root["b"]["c"].begin() == root["b"]["c"].end());
}

TEST(JsonReader, RepairsTextsThatAreNoUnicode) {
  ASSERT_OK_AND_ASSIGN(const auto document,
                       JsonDocument::parse("[\"\\ud83dx\",\"\xff\",\"\\u12\"]", "test"));
  auto at = document.root().begin();
  EXPECT_EQ((*at).text(), "\xef\xbf\xbdx");
  ++at;
  EXPECT_EQ((*at).text(), "\xef\xbf\xbd");
}

TEST(JsonReader, RefusesWhatIsNoJson) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "[",
                                      "[1",
                                      "[1,",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "\"x",
                                      "\"x\\",
                                      "tru",
                                      "-",
                                      "1 2",
                                      "[]]",
                                      ",",
                                      "{,}"}) {
    EXPECT_THAT(JsonDocument::parse(text, "test"), IsError(ErrorCode::kMalformed, "test: "))
        << text;
  }
}

TEST(JsonReader, LimitsNesting) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  EXPECT_THAT(JsonDocument::parse(deep, "test"), IsError(ErrorCode::kMalformed, "nested"));
  EXPECT_THAT(JsonDocument::parse(std::string_view(deep).substr(1, 128), "test"), IsOk());
}

TEST(JsonReader, FailsCleanlyOnEveryPrefix) {
  constexpr std::string_view kText = R"({"a":[1,{"b":"c\u0041"}],"d":false})";
  for (std::size_t size = 0; size < kText.size(); ++size) {
    EXPECT_THAT(JsonDocument::parse(kText.substr(0, size), "test"),
                IsError(ErrorCode::kMalformed, ""));
  }
}

}  // namespace
}  // namespace sigla
