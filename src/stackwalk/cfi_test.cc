// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/cfi.h"

#include <gtest/gtest.h>

#include "symcache/unwind_expression.h"
#include "testing/bytes_builder.h"

namespace sigla {
namespace {

constexpr std::uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr CfiRegisterSet kSet = {.numbers = kNumbers,
                                 .stack_pointer = 7,
                                 .program_counter = 16,
                                 .callee_saved = 1U << 3 | 1U << 6,
                                 .unknown = 0xdead,
                                 .width = 8};
constexpr std::uint64_t kStack = 0x7000;

class Cfi : public testing::Test {
 protected:
  Cfi() : bytes_(BytesBuilder().u64(0x11).u64(0x22).u64(0x33).u64(0x44).build()) {
    for (std::size_t i = 0; i < 17; ++i) callee_.set(i, 0x100 + i);
    callee_.set(7, kStack);
    rules_.cfa = UnwindRule::of_register(7, 24);
    rules_.return_address = UnwindRule::at_cfa(-8);
  }

  CfiOutcome apply(const CfiRegisterSet& set = kSet) {
    Buffer record;
    rules_.encode(record);
    const MemoryRegion stack{kStack, bytes_};
    return apply_cfi(UnwindRules(record), set, callee_, stack, limits_, caller_);
  }
  // What the steps leave in register 0 of a caller; nothing when they fail.
  std::optional<std::uint64_t> value(std::initializer_list<UnwindStep> steps,
                                     const CfiRegisterSet& set = kSet) {
    Buffer code;
    for (const UnwindStep& step : steps) append_step(code, step);
    rules_.set({0, false}, {.kind = UnwindRule::Kind::kExpression, .expression = code});
    EXPECT_EQ(apply(set), CfiOutcome::kFound);
    if (!caller_.is_valid(0)) return std::nullopt;
    return caller_.values[0];
  }
  static UnwindStep constant(std::int64_t value) {
    return {.op = UnwindOp::kConstant, .offset = value};
  }

  Limits limits_;
  Buffer bytes_;
  Registers callee_;
  Registers caller_;
  UnwindRuleSet rules_;
};

TEST_F(Cfi, RecoversRegisters) {
  rules_.set({3, false}, UnwindRule::at_cfa(-16));
  rules_.set({12, false}, UnwindRule::cfa_plus(-4));
  rules_.set({13, false}, UnwindRule::of_register(14, 2));
  rules_.set({99, false}, UnwindRule::at_cfa(0));
  rules_.set({0, true}, UnwindRule::at_cfa(0));
  ASSERT_EQ(apply(), CfiOutcome::kFound);
  EXPECT_EQ(caller_.values[7], kStack + 24);
  EXPECT_EQ(caller_.values[16], 0x33U);
  EXPECT_EQ(caller_.values[3], 0x22U);
  EXPECT_EQ(caller_.values[6], 0x106U) << "callee-saved";
  EXPECT_EQ(caller_.values[12], kStack + 20);
  EXPECT_EQ(caller_.values[13], 0x110U);
  EXPECT_FALSE(caller_.is_valid(0));
  EXPECT_EQ(caller_.values[0], 0xdeadU);
}

TEST_F(Cfi, ForgetsWhatIsUndefined) {
  rules_.set({6, false}, UnwindRule::undefined());
  ASSERT_EQ(apply(), CfiOutcome::kFound);
  EXPECT_FALSE(caller_.is_valid(6));
}

TEST_F(Cfi, KnowsTheOutermostFrame) {
  rules_.return_address = UnwindRule::undefined();
  EXPECT_EQ(apply(), CfiOutcome::kOutermost);
}

TEST_F(Cfi, FailsWithoutACfaOrAReturnAddress) {
  rules_.cfa = UnwindRule::of_register(40);
  EXPECT_EQ(apply(), CfiOutcome::kFailed);
  rules_.cfa = UnwindRule::at_cfa(0);  // of itself
  EXPECT_EQ(apply(), CfiOutcome::kFailed);
  rules_.cfa = UnwindRule::of_register(7, 0x1000);  // its return address lies off the stack
  EXPECT_EQ(apply(), CfiOutcome::kFailed);
  rules_.cfa = UnwindRule::of_register(7, 24);
  rules_.return_address = UnwindRule();
  EXPECT_EQ(apply(), CfiOutcome::kFailed);
}

// What ld writes for the entries of .plt: CFA = rsp + 8, and 8 more past the push.
TEST_F(Cfi, EvaluatesTheExpressionOfThePlt) {
  Buffer code;
  const UnwindStep steps[] = {{.op = UnwindOp::kRegister, .number = 7, .offset = 8},
                              {.op = UnwindOp::kRegister, .number = 16, .offset = 0},
                              constant(15),
                              {.op = UnwindOp::kAnd},
                              constant(11),
                              {.op = UnwindOp::kGreaterEqual},
                              constant(3),
                              {.op = UnwindOp::kShiftLeft},
                              {.op = UnwindOp::kAdd}};
  for (const UnwindStep& step : steps) append_step(code, step);
  rules_.cfa = {.kind = UnwindRule::Kind::kExpression, .expression = code};
  callee_.set(16, 0x1006);
  ASSERT_EQ(apply(), CfiOutcome::kFound);
  EXPECT_EQ(caller_.values[16], 0x11U);
  callee_.set(16, 0x100b);
  ASSERT_EQ(apply(), CfiOutcome::kFound);
  EXPECT_EQ(caller_.values[16], 0x22U);
}

TEST_F(Cfi, Calculates) {
  using enum UnwindOp;
  EXPECT_EQ(value({constant(-7), constant(2), {.op = kDivideSigned}}), UINT64_MAX - 2);
  EXPECT_EQ(value({constant(INT64_MIN), constant(-1), {.op = kDivideSigned}}), 1ULL << 63);
  EXPECT_EQ(value({constant(-7), constant(2), {.op = kDivide}}), (UINT64_MAX - 6) / 2);
  EXPECT_EQ(value({constant(7), constant(4), {.op = kModulo}}), 3U);
  EXPECT_EQ(value({constant(7), constant(0), {.op = kModulo}}), std::nullopt);
  EXPECT_EQ(value({constant(0x1237), constant(16), {.op = kAlign}}), 0x1230U);
  EXPECT_EQ(value({constant(1), constant(64), {.op = kShiftLeft}}), 0U);
  EXPECT_EQ(value({constant(-8), constant(99), {.op = kShiftRightSigned}}), UINT64_MAX);
  EXPECT_EQ(value({constant(-1), constant(1), {.op = kLess}}), 1U);
  EXPECT_EQ(value({constant(5), {.op = kNegate}, {.op = kAbsolute}, {.op = kNot}}), ~5ULL);
  EXPECT_EQ(value({constant(1), constant(2), constant(3), {.op = kRotate}, {.op = kSubtract}}),
            UINT64_MAX);
  EXPECT_EQ(value({constant(8), constant(9), {.op = kPick, .number = 1}}), 8U);
  EXPECT_EQ(value({constant(8), {.op = kPick, .number = 1}}), std::nullopt);
  EXPECT_EQ(value({{.op = kCfa, .offset = -16}, {.op = kDeref, .number = 1}}), 0x22U);
  EXPECT_EQ(value({constant(0x9999), {.op = kDeref}}), std::nullopt);
  EXPECT_EQ(value({{.op = kAdd}}), std::nullopt);
  EXPECT_EQ(value({}), std::nullopt);
}

TEST_F(Cfi, WrapsAtTheWordOfTheProcessor) {
  using enum UnwindOp;
  CfiRegisterSet narrow = kSet;
  narrow.width = 4;
  EXPECT_EQ(value({constant(-1), constant(2), {.op = kMultiply}}, narrow), 0xfffffffeU);
  EXPECT_EQ(value({constant(0xffffffff), constant(0), {.op = kLess}}, narrow), 1U);
  EXPECT_EQ(value({constant(1), constant(32), {.op = kShiftLeft}}, narrow), 0U);
}

TEST_F(Cfi, BranchesInsideTheExpression) {
  using enum UnwindOp;
  EXPECT_EQ(value({constant(1), {.op = kBranch, .offset = 2}, constant(5), constant(6)}), 6U);
  EXPECT_EQ(value({constant(5), constant(0), {.op = kBranch, .offset = 2}, {.op = kNegate}}),
            0 - 5ULL);
  EXPECT_EQ(value({constant(5), {.op = kJump, .offset = 1}}), std::nullopt);
  EXPECT_EQ(value({constant(5), {.op = kJump, .offset = INT64_MIN}}), std::nullopt);
}

TEST_F(Cfi, EndsAtTheLimitOfSteps) {
  using enum UnwindOp;
  EXPECT_EQ(value({constant(5), {.op = kJump, .offset = -2}}), std::nullopt) << "for ever";
  limits_.postfix_token_count_max = 3;
  EXPECT_EQ(value({constant(1), constant(2), {.op = kAdd}}), 3U);
  EXPECT_EQ(value({constant(1), constant(2), {.op = kAdd}, {.op = kNot}}), std::nullopt);
  limits_.postfix_token_count_max = 100'000;
  EXPECT_EQ(value({constant(5), {.op = kDuplicate}, {.op = kJump, .offset = -3}}), std::nullopt)
      << "the stack is full";
}

}  // namespace
}  // namespace sigla
