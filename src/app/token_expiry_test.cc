// SPDX-License-Identifier: Apache-2.0
#include "app/token_expiry.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

TEST(TokenExpiry, CountsDaysAndWeeks) {
  EXPECT_THAT(TokenExpiry::parse("90d"), IsOkAnd(testing::Field(&TokenExpiry::days, 90)));
  EXPECT_THAT(TokenExpiry::parse("4w"), IsOkAnd(testing::Field(&TokenExpiry::days, 28)));
}

TEST(TokenExpiry, LeavesTimesToTheServer) {
  for (const char* time : {"2027-01-31", "2027-01-31T12:00:00Z"}) {
    ASSERT_OK_AND_ASSIGN(const TokenExpiry expiry, TokenExpiry::parse(time));
    EXPECT_EQ(expiry.time, time);
    EXPECT_FALSE(expiry.days.has_value());
  }
}

TEST(TokenExpiry, RefusesTheRest) {
  for (const char* wrong : {"", "d", "0d", "90", "-1d", "1y", "99999d", "1.5w", "tomorrow"}) {
    EXPECT_THAT(TokenExpiry::parse(wrong), IsError(ErrorCode::kInvalidArgument, "--expires"))
        << wrong;
  }
}

}  // namespace
}  // namespace sigla::app
