// SPDX-License-Identifier: Apache-2.0
#include "api/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace sigla::api {
namespace {

TEST(Glob, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("release-*", "release-1.2"));
  EXPECT_TRUE(glob_matches("*.pdb", "Crash.PDB"));
  EXPECT_TRUE(glob_matches("a*b*c", "a-xx-b-yy-c"));
  EXPECT_TRUE(glob_matches("v?.?", "v1.2"));
  EXPECT_FALSE(glob_matches("release-*", "debug-1.2"));
  EXPECT_FALSE(glob_matches("*.pdb", "a.pdb.exe"));
  EXPECT_FALSE(glob_matches("v?", "v"));
  EXPECT_FALSE(glob_matches("", "x"));
}

TEST(Glob, BacktracksOnlyToTheLastStar) {
  // Exponential matchers never come back from this.
  EXPECT_FALSE(glob_matches("a*a*a*a*a*a*a*a*a*b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace sigla::api
