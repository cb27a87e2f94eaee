// SPDX-License-Identifier: Apache-2.0
#include "store/token.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(TokenText, IsLongAndNeverTheSame) {
  const std::string text = make_token_text();
  EXPECT_EQ(text.size(), 64U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(text, make_token_text());
  EXPECT_EQ(hint_of_token(text), text.substr(0, 6));
}

TEST(TokenText, IsKeptAsItsSha256) {
  EXPECT_EQ(hash_token("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(TokenRestriction, IsAGlobInAnyCase) {
  EXPECT_TRUE(matches_restriction("", "anything"));
  EXPECT_TRUE(matches_restriction("release-*", "Release-1.2"));
  EXPECT_TRUE(matches_restriction("*.pdb", "out/crash.PDB"));
  EXPECT_FALSE(matches_restriction("*.pdb", "crash.pdb.exe"));
  EXPECT_FALSE(matches_restriction("nightly", "nightly-1"));
}

}  // namespace
}  // namespace sigla
