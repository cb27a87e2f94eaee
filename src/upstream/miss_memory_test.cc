// SPDX-License-Identifier: Apache-2.0
#include "upstream/miss_memory.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

using std::chrono::seconds;
constexpr MissMemory::Clock::time_point kNow{std::chrono::hours(1)};

TEST(MissMemory, ForgetsAfterAWhile) {
  MissMemory memory(seconds(10));
  memory.add("a", kNow);
  EXPECT_TRUE(memory.has("a", kNow + seconds(9)));
  EXPECT_FALSE(memory.has("a", kNow + seconds(10)));
  EXPECT_FALSE(memory.has("b", kNow));
  memory.add("a", kNow + seconds(20));
  EXPECT_TRUE(memory.has("a", kNow + seconds(29)));
}

TEST(MissMemory, KeepsTheYoungest) {
  MissMemory memory(seconds(10), 2);
  memory.add("a", kNow);
  memory.add("b", kNow);
  memory.add("c", kNow);
  EXPECT_FALSE(memory.has("a", kNow));
  EXPECT_TRUE(memory.has("b", kNow));
  EXPECT_TRUE(memory.has("c", kNow));
}

TEST(MissMemory, OfNoLifeRemembersNothing) {
  MissMemory memory(seconds(0));
  memory.add("a", kNow);
  EXPECT_FALSE(memory.has("a", kNow));
}

}  // namespace
}  // namespace sigla
