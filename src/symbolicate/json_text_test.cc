// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/json_text.h"

#include <gtest/gtest.h>

#include <string>

namespace sigla {
namespace {

TEST(IsJson, TakesValues) {
  for (const char* text : {"null",
                           "[]",
                           "{}",
                           " [1, -2.5e+3, 0] ",
                           "{\"a\":{\"b\":[true,false]}}",
                           "\"\\u00e4\\n\"",
                           "[{\"InitErrors\": [\"x\"]}]"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(IsJson, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "[",
                           "[1,]",
                           "{\"a\"}",
                           "{a:1}",
                           "1 2",
                           "01",
                           "1.",
                           "-",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"",
                           "\"\n\"",
                           "\"\xff\"",
                           "[1}"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(IsJson, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(is_json(nested(64)));
  EXPECT_FALSE(is_json(nested(66)));
  EXPECT_FALSE(is_json(nested(1'000'000)));
}

}  // namespace
}  // namespace sigla
