// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/expression.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

class Expression : public testing::Test {
 protected:
  std::optional<std::uint64_t> value(std::string_view text, std::size_t width = 8) {
    return ExpressionEvaluator(width, 100).value_of(text, variables_, memory_);
  }
  const Buffer bytes_ = {0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
  const MemoryRegion memory_{0x1000, bytes_, std::endian::little};
  Variables variables_;
};

TEST_F(Expression, Calculates) {
  variables_.set("$rsp", 0x1008);
  EXPECT_EQ(value("$rsp 8 - ^"), 0x12345678U);
  EXPECT_EQ(value("2 3 * 4 +"), 10U);
  EXPECT_EQ(value("17 5 /"), 3U);
  EXPECT_EQ(value("17 5 %"), 2U);
  EXPECT_EQ(value("4123 16 @"), 4112U);
  EXPECT_EQ(value("-8 16 +"), 8U);
}

TEST_F(Expression, WrapsAtItsWidth) {
  EXPECT_EQ(value("4294967295 1 +", 4), 0U);
  EXPECT_EQ(value("0 1 -", 4), 0xffffffffU);
  EXPECT_EQ(value("4294967296", 4), std::nullopt) << "too large for a literal";
  EXPECT_EQ(value("4294967295 1 +", 8), 0x100000000U);
  EXPECT_EQ(value("4104 ^", 4), 0xffffffffU);
  EXPECT_EQ(value("4104 ^", 8), std::nullopt) << "only half of it is there";
}

TEST_F(Expression, RejectsWhatLeavesNotOneValue) {
  EXPECT_EQ(value(""), std::nullopt);
  EXPECT_EQ(value("1 2"), std::nullopt);
  EXPECT_EQ(value("+"), std::nullopt);
  EXPECT_EQ(value("1 +"), std::nullopt);
  EXPECT_EQ(value("$nobody 1 +"), std::nullopt);
  EXPECT_EQ(value("1 0 /"), std::nullopt);
  EXPECT_EQ(value("1 0 %"), std::nullopt);
  EXPECT_EQ(value("0x10"), std::nullopt) << "numbers are decimal";
}

TEST_F(Expression, RunsProgramsOfAssignments) {
  ExpressionEvaluator evaluator(4, 100);
  variables_.set("$esp", 0x1000);
  const std::size_t mark = variables_.mark();
  EXPECT_TRUE(evaluator.run("$T0 $esp = $eip $T0 ^ = $esp $T0 4 + =", variables_, memory_));
  EXPECT_EQ(variables_.find("$eip"), 0x12345678U);
  EXPECT_EQ(variables_.find("$esp"), 0x1004U);
  EXPECT_TRUE(variables_.is_set_since(mark, "$eip"));
  EXPECT_FALSE(variables_.is_set_since(mark, "$ebp"));
  EXPECT_TRUE(evaluator.run("$eip 5 =$esp 6 =", variables_, memory_)) << "'=' run together";
  EXPECT_EQ(variables_.find("$esp"), 6U);
  EXPECT_FALSE(evaluator.run("$eip 7 = 8", variables_, memory_)) << "left over";
  EXPECT_EQ(variables_.find("$eip"), 7U) << "what came before a failure stays";
  EXPECT_FALSE(evaluator.run("eip 7 =", variables_, memory_)) << "no $";
  EXPECT_FALSE(evaluator.run("1 7 =", variables_, memory_));
}

TEST_F(Expression, StopsAtItsTokenLimit) {
  ExpressionEvaluator evaluator(8, 3);
  EXPECT_EQ(evaluator.value_of("1 2 +", variables_, memory_), 3U);
  EXPECT_EQ(evaluator.value_of("1 2 + 3 +", variables_, memory_), std::nullopt);
}

}  // namespace
}  // namespace sigla
