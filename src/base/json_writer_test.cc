// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(JsonWriter, WritesNestedValues) {
  JsonWriter json;
  json.begin_object();
  json.member("a", 1).member("b", "x\"y").member("c", true);
  json.key("d").begin_array().value(-1).null().begin_object().end_object().end_array();
  json.end_object();
  EXPECT_EQ(std::move(json).take(), R"({"a":1,"b":"x\"y","c":true,"d":[-1,null,{}]})");
}

TEST(JsonWriter, EscapesControlsAndRepairsBadUtf8) {
  EXPECT_EQ(json_quote(std::string_view("\x01\n\\\xff", 4)), "\"\\u0001\\n\\\\\xef\xbf\xbd\"");
}

TEST(JsonWriter, WritesNullForWantOfAValue) {
  JsonWriter json;
  json.begin_object().text_or_null("a", "").text_or_null("b", "x");
  json.number_or_null("c", 0).number_or_null("d", 7U);
  json.value_or_null("e", std::optional<int>()).value_or_null("f", std::optional<int>(0));
  json.end_object();
  EXPECT_EQ(std::move(json).take(), R"({"a":null,"b":"x","c":null,"d":7,"e":null,"f":0})");
}

TEST(JsonWriter, IndentsWhenPretty) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.begin_object().member("a", 1).key("b").begin_array().end_array().end_object();
  EXPECT_EQ(std::move(json).take(), "{\n  \"a\": 1,\n  \"b\": []\n}");
}

}  // namespace
}  // namespace sigla
