// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/provider_choice.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

constexpr std::string_view kCommit = "0123456789abcdef0123456789abcdef01234567";

std::string chosen(std::string_view remote,
                   std::string_view provider = {},
                   const std::vector<std::string>& hosts = {}) {
  const auto choice = parse_provider_choice(provider, hosts, {});
  if (!choice.has_value()) return "! " + choice.error().message();
  const auto url = choose_source_link_url(*choice, remote, kCommit);
  return url.has_value() ? url->substr(0, url->find(kCommit)) : "! " + url.error().message();
}

TEST(ProviderChoice, KnowsHosts) {
  EXPECT_EQ(chosen("git@github.com:o/r.git"), "https://raw.githubusercontent.com/o/r/");
  EXPECT_EQ(chosen("https://codeberg.org/o/r"), "https://codeberg.org/o/r/raw/commit/");
  // A submodule elsewhere is not of the named provider.
  EXPECT_EQ(chosen("https://github.com/o/r", "GitLab"), "https://raw.githubusercontent.com/o/r/");
}

TEST(ProviderChoice, TakesWhatIsSaid) {
  EXPECT_EQ(chosen("https://h.example/o/r", "GitLab"), "https://h.example/o/r/-/raw/");
  EXPECT_EQ(chosen("https://h.example/o/r", "GitLab", {"h.example,Provider=Gitea"}),
            "https://h.example/o/r/raw/commit/");
  EXPECT_EQ(chosen("https://h.example/o/r", "", {"example,Provider=Gitee"}),
            "https://example/o/r/raw/");
}

TEST(ProviderChoice, GuessesByTheName) {
  EXPECT_EQ(chosen("https://gitlab.example.com/o/r"), "https://gitlab.example.com/o/r/-/raw/");
  EXPECT_EQ(chosen("https://common.example.com/o/r"),
            "! no provider knows common.example.com: say which with --provider");
}

TEST(ProviderChoice, RefusesWhatMakesNoSense) {
  EXPECT_TRUE(chosen("https://h/o/r", "SVN").starts_with("! provider 'SVN' is none of GitHub, "));
  EXPECT_TRUE(chosen("https://h/o/r", "", {"h"}).starts_with("! host 'h' is of which provider?"));
  EXPECT_TRUE(chosen("https://h/o/r", "", {"h,Provider=X"}).starts_with("! provider 'X'"));
  EXPECT_TRUE(chosen("/srv/git/r.git").find("a path on this machine") != std::string::npos);
}

}  // namespace
}  // namespace sigla::sourcelink
