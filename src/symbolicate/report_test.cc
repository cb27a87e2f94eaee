// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(BreakpadAddress, IsWhatItPrintsOnEachProcessor) {
  ReportFrame crashed;
  crashed.instruction = crashed.return_address = 0x1000;
  ReportFrame caller;
  caller.instruction = 0x2000;
  caller.return_address = 0x2008;
  Report report;
  report.arch = Arch::kX86_64;
  EXPECT_EQ(breakpad_address(report, caller), 0x2008U);
  report.arch = Arch::kMips;
  EXPECT_EQ(breakpad_address(report, caller), 0x2000U);
  report.arch = Arch::kMips64;
  EXPECT_EQ(breakpad_address(report, caller), 0x1ff8U);
  EXPECT_EQ(breakpad_address(report, crashed), 0x1000U);
}

}  // namespace
}  // namespace sigla
