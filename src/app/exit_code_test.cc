// SPDX-License-Identifier: Apache-2.0
#include "app/exit_code.h"

#include <gtest/gtest.h>

namespace sigla::app {
namespace {

TEST(ExitCode, TellsNoFromBadInputFromEnvironment) {
  EXPECT_EQ(exit_code(ErrorCode::kNotFound), kExitNo);
  EXPECT_EQ(exit_code(ErrorCode::kInvalidArgument), kExitUsage);
  EXPECT_EQ(exit_code(ErrorCode::kMalformed), kExitBadInput);
  EXPECT_EQ(exit_code(ErrorCode::kUnavailable), kExitEnvironment);
  EXPECT_EQ(exit_code(ErrorCode::kNoSpace), kExitEnvironment);
}

TEST(ExitCode, PrintsWhatAndWhy) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(fail("keys", make_error(ErrorCode::kMalformed, "a.so: truncated")), kExitBadInput);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "sigla: keys: a.so: truncated\n");
}

}  // namespace
}  // namespace sigla::app
