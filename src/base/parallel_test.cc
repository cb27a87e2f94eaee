// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <vector>

namespace sigla {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
  for (const unsigned thread_count : {0U, 1U, 3U, 64U}) {
    for (const std::size_t count : {0UL, 1UL, 2UL, 1000UL}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(thread_count, count, [&](unsigned thread, std::size_t i) {
        EXPECT_LT(thread, std::max(thread_count, 1U));
        ++calls[i];
      });
      for (const auto& n : calls) EXPECT_EQ(n, 1);
    }
  }
}

TEST(ParallelFor, PassesTheFirstExceptionOn) {
  std::atomic<std::size_t> calls = 0;
  const auto step = [&](unsigned, std::size_t i) {
    ++calls;
    if (i == 10) throw std::runtime_error("ten");
  };
  EXPECT_THROW(parallel_for(1, 1'000'000, step), std::runtime_error);
  EXPECT_EQ(calls, 11U);
  EXPECT_THROW(parallel_for(4, 1'000'000, step), std::runtime_error);
}

}  // namespace
}  // namespace sigla
