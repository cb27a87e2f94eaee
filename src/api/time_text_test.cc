// SPDX-License-Identifier: Apache-2.0
#include "api/time_text.h"

#include <gtest/gtest.h>

namespace sigla::api {
namespace {

constexpr UnixMillis kLeapDay = 1'709'208'000'123;  // 2024-02-29T12:00:00.123Z

TEST(TimeText, WritesAndReadsRfc3339) {
  EXPECT_EQ(utc_text(kLeapDay), "2024-02-29T12:00:00.123Z");
  EXPECT_EQ(parse_utc_text("2024-02-29T12:00:00.123Z"), kLeapDay);
  EXPECT_EQ(parse_utc_text("2024-02-29T12:00:00Z"), kLeapDay - 123);
  EXPECT_EQ(parse_utc_text("1970-01-02"), 86'400'000);
}

TEST(TimeText, RefusesWhatIsNoDate) {
  for (const char* text : {"",
                           "2024",
                           "2023-02-29",
                           "2024-13-01",
                           "2024-02-29T25:00:00Z",
                           "2024-02-29T12:00:00",
                           "2024-02-29T12:00:00.Z",
                           "2024/02/29",
                           "2024-02-29T12:00:00+01:00",
                           "-024-02-29"}) {
    EXPECT_EQ(parse_utc_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sigla::api
