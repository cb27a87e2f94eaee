// SPDX-License-Identifier: Apache-2.0
#include "api/json_input.h"

#include "testing/matchers.h"

namespace sigla::api {
namespace {

TEST(JsonInput, ReadsMembersOfTheRightType) {
  ASSERT_OK_AND_ASSIGN(JsonInput body,
                       JsonInput::parse(R"({"a":"x","b":true,"c":-7,"d":["p","q"],"e":null})"));
  EXPECT_THAT(body.text("a"), IsOkAnd(testing::Eq("x")));
  EXPECT_THAT(body.optional_flag("b"), IsOkAnd(testing::Optional(true)));
  EXPECT_THAT(body.optional_integer("c"), IsOkAnd(testing::Optional(-7)));
  EXPECT_THAT(body.texts("d", 2), IsOkAnd(testing::ElementsAre("p", "q")));
  EXPECT_THAT(body.optional_text("e"), IsOkAnd(testing::Eq(std::nullopt)));
  EXPECT_THAT(body.finish(), IsOk());
}

TEST(JsonInput, NamesWhatIsWrong) {
  ASSERT_OK_AND_ASSIGN(JsonInput body, JsonInput::parse(R"({"a":1,"d":["p",2],"typo":1})"));
  EXPECT_THAT(body.text("a"), IsError(ErrorCode::kInvalidArgument, "a: not a string"));
  EXPECT_THAT(body.text("b"), IsError(ErrorCode::kInvalidArgument, "b: missing"));
  EXPECT_THAT(body.texts("d", 2), IsError(ErrorCode::kInvalidArgument, "d: has a member"));
  EXPECT_THAT(body.texts("d", 1), IsError(ErrorCode::kLimitExceeded, "d: more than 1"));
  EXPECT_THAT(body.finish(), IsError(ErrorCode::kInvalidArgument, "typo: unknown member"));
}

TEST(JsonInput, RefusesWhatIsNoObject) {
  for (const std::string text : {"", "[]", "{", "nonsense", "{\"a\":1}}"}) {
    EXPECT_THAT(JsonInput::parse(text), IsError(ErrorCode::kInvalidArgument, "request body"))
        << text;
  }
  std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_THAT(JsonInput::parse(deep), IsError(ErrorCode::kInvalidArgument, "too deep"));
}

}  // namespace
}  // namespace sigla::api
