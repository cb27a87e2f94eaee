// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/source_roots.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

TEST(RemoteUrlOfConfig, PrefersOriginThenTheFirstByName) {
  const GitConfig config = {{"remote.zulu.url", "z"},
                            {"remote.alpha.url", "a"},
                            {"remote.alpha.fetch", "f"},
                            {"remote.url", "x"}};
  EXPECT_EQ(remote_url(config, {}), "a");
  EXPECT_EQ(remote_url(config, "zulu"), "z");
  EXPECT_EQ(remote_url(config, "none"), "");
  EXPECT_EQ(remote_url({{"remote.a.url", "a"}, {"remote.origin.url", "o"}}, {}), "o");
}

TEST(InsteadOf, TakesTheLongest) {
  const GitConfig config = {{"url.https://github.com/.insteadof", "gh:"},
                            {"url.git@h.example:.insteadof", "gh:corp/"}};
  EXPECT_EQ(apply_instead_of(config, "gh:o/r"), "https://github.com/o/r");
  EXPECT_EQ(apply_instead_of(config, "gh:corp/r"), "git@h.example:r");
  EXPECT_EQ(apply_instead_of(config, "https://x/"), "https://x/");
}

TEST(RelativeUrl, CountsFromTheRemoteAround) {
  EXPECT_EQ(resolve_relative_url("https://h/o/r.git", "../x.git"), "https://h/o/x.git");
  EXPECT_EQ(resolve_relative_url("https://h/o/r.git/", "../../p/x"), "https://h/p/x");
  EXPECT_EQ(resolve_relative_url("https://h/o/r.git", "./x"), "https://h/o/r.git/x");
  EXPECT_EQ(resolve_relative_url("https://h", "../../x"), "https://h/x");
  EXPECT_EQ(resolve_relative_url("git@h:o/r.git", "../x"), "git@h:o/x");
  EXPECT_EQ(resolve_relative_url("git@h:r.git", "../x"), "git@h:x");
  EXPECT_EQ(resolve_relative_url("https://h/o/r", "https://k/x"), "https://k/x");
}

}  // namespace
}  // namespace sigla::sourcelink
