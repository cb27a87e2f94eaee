// SPDX-License-Identifier: Apache-2.0
#include "app/retry.h"

#include <gtest/gtest.h>

namespace sigla::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Retry, WaitsTwiceAsLongEachTimeUpToACeiling) {
  Retry retry({});
  const Retry::Clock::time_point now{};
  for (const int expected : {250, 500, 1000, 2000, 4000, 5000, 5000}) {
    EXPECT_EQ(retry.next(now), milliseconds(expected));
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(retry.next(now), milliseconds(5000));
}

TEST(Retry, GivesUpAMinuteAfterTheFirstFailure) {
  Retry retry({});
  Retry::Clock::time_point now{};
  const auto start = now;
  while (const auto delay = retry.next(now)) now += *delay;
  EXPECT_GE(now - start, seconds(60));
  EXPECT_LE(now - start, seconds(65));
}

TEST(Retry, LongAttemptsGetSeveralChances) {
  Retry retry({});
  Retry::Clock::time_point now{};
  for (int i = 0; i < 4; ++i, now += seconds(600)) EXPECT_TRUE(retry.next(now).has_value()) << i;
  EXPECT_FALSE(retry.next(now).has_value());
}

}  // namespace
}  // namespace sigla::app
