// SPDX-License-Identifier: Apache-2.0
// GoogleMock matchers for Result: they print the error's message when they fail.
//   EXPECT_THAT(open(bytes), IsOk());
//   EXPECT_THAT(open(bytes), IsError(ErrorCode::kMalformed, "offset 12"));
//   ASSERT_OK_AND_ASSIGN(auto image, open(bytes));
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "base/result.h"

namespace sigla {

MATCHER(IsOk, "is OK") {
  if (arg.has_value()) return true;
  *result_listener << "error " << std::string(to_string(arg.error().code())) << ": "
                   << arg.error().message();
  return false;
}

MATCHER_P(IsOkAnd, inner, "is OK and its value matches") {
  if (!arg.has_value()) {
    *result_listener << "error: " << arg.error().message();
    return false;
  }
  return testing::ExplainMatchResult(inner, arg.value(), result_listener);
}

MATCHER_P2(IsError, code, part, "is an error of that code whose message contains that text") {
  if (arg.has_value()) {
    *result_listener << "it is OK";
    return false;
  }
  *result_listener << std::string(to_string(arg.error().code())) << ": " << arg.error().message();
  return arg.error().code() == code &&
         arg.error().message().find(std::string_view(part)) != std::string::npos;
}

#define ASSERT_OK_AND_ASSIGN(target, expression) \
  ASSERT_OK_AND_ASSIGN_IMPL(SIGLA_CONCAT(sigla_assert_, __LINE__), target, expression)
#define ASSERT_OK_AND_ASSIGN_IMPL(temporary, target, expression)     \
  auto temporary = (expression);                                     \
  ASSERT_TRUE(temporary.has_value()) << temporary.error().message(); \
  target = std::move(temporary).value()

}  // namespace sigla

namespace sigla {
template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  *out << (result.has_value() ? std::string("OK") : "error: " + result.error().message());
}
}  // namespace sigla
