// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include "base/checked.h"
#include "base/diagnostics.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return malformed("{} is odd", value);
  return value / 2;
}

Result<std::string> quarter(int value) {
  SIGLA_TRY_ASSIGN(const int once, half(value));
  SIGLA_TRY_ASSIGN(const int twice, half(once));
  return std::to_string(twice);
}

TEST(Result, CarriesValuesAndErrorsThroughCallers) {
  EXPECT_THAT(quarter(8), IsOkAnd(testing::Eq("2")));
  EXPECT_THAT(quarter(6), IsError(ErrorCode::kMalformed, "3 is odd"));
  EXPECT_EQ(half(3).value_or(7), 7);
}

TEST(Error, ReadsOutermostFirst) {
  const Error error = malformed("truncated").in("note").in("reading x.so");
  EXPECT_EQ(error.message(), "reading x.so: note: truncated");
}

TEST(Error, SaysOfASystemCallWhatCanBeDone) {
  const auto code_of = [](int number) {
    errno = number;
    return errno_error("write").code();
  };
  EXPECT_EQ(code_of(ENOENT), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(EACCES), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(EPERM), ErrorCode::kPermissionDenied);
  for (const int full : {ENOSPC, EDQUOT, EFBIG}) EXPECT_EQ(code_of(full), ErrorCode::kNoSpace);
  EXPECT_EQ(code_of(EIO), ErrorCode::kUnavailable);
  EXPECT_TRUE(is_environmental(ErrorCode::kNoSpace) && is_environmental(ErrorCode::kUnavailable));
  EXPECT_FALSE(is_environmental(ErrorCode::kMalformed));
}

TEST(Checked, FindsOverflow) {
  EXPECT_FALSE(checked_add<std::uint64_t>(UINT64_MAX, 1).has_value());
  EXPECT_FALSE(checked_mul<std::uint32_t>(1U << 20U, 1U << 12U).has_value());
  EXPECT_EQ(checked_cast<std::uint8_t>(255), 255);
  EXPECT_FALSE(checked_cast<std::uint8_t>(256).has_value());
}

TEST(Diagnostics, CountsAllAndKeepsTheFirstDetails) {
  Diagnostics diagnostics;
  for (int i = 0; i < 9; ++i) diagnostics.report("bad line", fmt::format("line {}", i));
  EXPECT_EQ(diagnostics.count(), 9U);
  EXPECT_EQ(diagnostics.summary(), "bad line: 9 (line 0; line 1; line 2; line 3; line 4)\n");
}

}  // namespace
}  // namespace sigla
