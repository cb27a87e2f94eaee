// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/provider.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

constexpr std::string_view kCommit = "0123456789abcdef0123456789abcdef01234567";

std::string url_of(std::string_view provider, std::string_view remote, std::string_view host = {}) {
  UrlRequest request;
  request.remote = remote;
  request.revision = kCommit;
  if (!host.empty()) request.hosts.push_back(Host::parse(host).value());
  const auto url = source_link_url(*find_provider(provider), request);
  if (!url.has_value()) return "! " + url.error().message();
  std::string text = *url;
  if (const auto at = text.find(kCommit); at != std::string::npos) {
    text.replace(at, kCommit.size(), "REV");
  }
  return text;
}

TEST(Provider, BuildsTheUrlOfEachHost) {
  EXPECT_EQ(url_of("GitHub", "git@github.com:o/r.git"),
            "https://raw.githubusercontent.com/o/r/REV/*");
  EXPECT_EQ(url_of("github", "https://git.corp:8443/o/r", "git.corp"),
            "https://git.corp:8443/raw/o/r/REV/*");
  EXPECT_EQ(url_of("GitLab", "https://gitlab.com/g/sub/r.git"),
            "https://gitlab.com/g/sub/r/-/raw/REV/*");
  EXPECT_EQ(url_of("Bitbucket.Git", "git@bitbucket.org:o/r.git"),
            "https://api.bitbucket.org/2.0/repositories/o/r/src/REV/*");
  EXPECT_EQ(url_of("Bitbucket", "ssh://git@b.corp:7999/base/P/r.git", "b.corp"),
            "https://b.corp/base/projects/P/repos/r/raw/*?at=REV");
  EXPECT_EQ(url_of("AzureRepos", "git@ssh.dev.azure.com:v3/org/proj/repo"),
            "https://dev.azure.com/org/proj/_apis/git/repositories/repo/items?api-version=1.0&"
            "versionType=commit&version=REV&path=/*");
  EXPECT_EQ(url_of("AzureRepos", "org@vs-ssh.visualstudio.com:v3/org/proj/repo"),
            "https://org.visualstudio.com/proj/_apis/git/repositories/repo/items?api-version=1.0&"
            "versionType=commit&version=REV&path=/*");
  EXPECT_EQ(url_of("AzureDevOpsServer", "https://t.corp/c/my%20p/_git/r", "t.corp"),
            "https://t.corp/c/my%20p/_apis/git/repositories/r/items?api-version=1.0&versionType="
            "commit&version=REV&path=/*");
  EXPECT_EQ(url_of("Gitea", "https://codeberg.org/o/r.git"),
            "https://codeberg.org/o/r/raw/commit/REV/*");
  EXPECT_EQ(url_of("Gitee", "https://gitee.com/o/r.git"), "https://gitee.com/o/r/raw/REV/*");
  EXPECT_EQ(url_of("SourceHut", "git@git.sr.ht:~o/r"), "https://git.sr.ht/~o/r/blob/REV/*");
  EXPECT_EQ(url_of("cgit", "git://git.kernel.org/pub/linux.git"),
            "https://git.kernel.org/pub/linux.git/plain/*?id=REV");
  EXPECT_EQ(url_of("GitWeb", "ssh://git@w.corp/d/r.git", "w.corp"),
            "https://w.corp/gitweb/?p=d/r.git;a=blob_plain;hb=REV;f=*");
  EXPECT_EQ(url_of("Gitiles", "https://chromium.googlesource.com/chromium/src.git"),
            "https://chromium.googlesource.com/chromium/src/+/REV/*?format=TEXT");
  EXPECT_EQ(url_of("Gerrit", "https://g.corp/a/x/y", "g.corp"),
            "https://g.corp/plugins/gitiles/x/y/+/REV/*?format=TEXT");
}

TEST(Provider, FillsATemplateOfTheUsers) {
  UrlRequest request;
  request.remote = "https://h.example:81/a/b/c.git";
  request.revision = kCommit;
  request.url_template = "{scheme}|{host}|{path}|{owner}|{repo}|{unknown}|*";
  const Provider& provider = *find_provider("template");
  EXPECT_EQ(source_link_url(provider, request).value(),
            "https|h.example:81|a/b/c|a/b|c|{unknown}|*");
  request.url_template = "https://h/none";
  EXPECT_EQ(source_link_url(provider, request).error().code(), ErrorCode::kInvalidArgument);
}

TEST(Provider, TakesAnUnlistedHostOnlyWhenAlone) {
  EXPECT_TRUE(
      url_of("GitLab", "https://h.example/o/r").starts_with("! h.example is no known host"));
  UrlRequest request;
  request.remote = "https://h.example/o/r";
  request.revision = kCommit;
  request.is_single_provider = true;
  EXPECT_TRUE(source_link_url(*find_provider("GitLab"), request).has_value());
  EXPECT_EQ(source_link_url(*find_provider("AzureDevOpsServer"), request).error().code(),
            ErrorCode::kNotFound);
}

TEST(Provider, WantsAFullCommit) {
  for (const char* revision : {"",
                               "123",
                               "0123456789abcdef0123456789abcdef0123456g",
                               "0123456789abcdef0123456789abcdef012345678"}) {
    UrlRequest request;
    request.remote = "https://github.com/o/r";
    request.revision = revision;
    EXPECT_EQ(source_link_url(*find_provider("GitHub"), request).error().code(),
              ErrorCode::kInvalidArgument)
        << revision;
  }
}

TEST(Provider, RefusesPathsOfAnotherForm) {
  EXPECT_TRUE(url_of("AzureRepos", "https://dev.azure.com/org/_git").starts_with("! "));
  EXPECT_TRUE(url_of("AzureRepos", "https://dev.azure.com/o/p/team/_git/r").starts_with("! "));
  EXPECT_TRUE(url_of("AzureRepos", "https://dev.azure.com/e/p/_git/r").starts_with("! "));
  EXPECT_TRUE(
      url_of("AzureDevOpsServer", "https://t.corp/x/c/p/_git/r", "t.corp,VirtualDirectory=tfs")
          .starts_with("! "));
  EXPECT_TRUE(url_of("Bitbucket", "https://b.corp/r", "b.corp").starts_with("! "));
}

}  // namespace
}  // namespace sigla::sourcelink
