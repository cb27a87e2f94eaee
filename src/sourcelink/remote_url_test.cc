// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/remote_url.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

std::string text_of(std::string_view url) {
  const auto parsed = RemoteUrl::parse_git(url);
  return parsed.has_value() ? parsed->text() : "! " + parsed.error().message();
}

TEST(RemoteUrl, IsTakenApart) {
  const auto url = RemoteUrl::parse("HTTPS://me:secret@Host.example:8443/a/b.git?x=1#y");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user_info, "me:secret");
  EXPECT_EQ(url->host, "host.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a/b.git");
  EXPECT_EQ(url->query, "x=1");
  EXPECT_EQ(url->text(), "https://host.example:8443/a/b.git?x=1");
}

TEST(RemoteUrl, ReadsTheShortFormOfSsh) {
  EXPECT_EQ(text_of("git@github.com:o/r.git"), "ssh://github.com/o/r.git");
  EXPECT_EQ(text_of("github.com:/o/r.git"), "ssh://github.com/o/r.git");
  EXPECT_EQ(text_of("git@[::1]:r.git"), "ssh://[::1]/r.git");
}

TEST(RemoteUrl, LeavesOutThePortOfTheScheme) {
  EXPECT_EQ(text_of("https://h:443/"), "https://h/");
  EXPECT_EQ(text_of("https://h:80"), "https://h:80/");
  EXPECT_EQ(RemoteUrl::parse("http://h")->effective_port(), 80);
  EXPECT_EQ(RemoteUrl::parse("ssh://h")->effective_port(), std::nullopt);
}

TEST(RemoteUrl, NormalisesThePath) {
  EXPECT_EQ(text_of("ssh://h/%32/%3F/%zz/a b/\xc3\xa9"), "ssh://h/2/%3F/%25zz/a%20b/%C3%A9");
  EXPECT_EQ(text_of("https://h/a/./b/../../../c/."), "https://h/c/");
  EXPECT_EQ(text_of("https://h/a%"), "https://h/a%25");
}

TEST(RemoteUrl, RefusesWhatIsNoUrlOfAHost) {
  for (const char* url : {"",
                          "a/b",
                          "/a/b",
                          "C:\\a\\b",
                          "C:/a",
                          "http://",
                          "http:///a",
                          "1x://h/",
                          "http://h:99999/",
                          "http://h:x/",
                          "http://h h/",
                          "http://[::1/",
                          "./a:b"}) {
    EXPECT_TRUE(text_of(url).starts_with("! ")) << url << " is " << text_of(url);
  }
  EXPECT_TRUE(text_of("http://h/" + std::string(9000, 'a')).starts_with("! "));
}

TEST(HostName, IsANameAndAPort) {
  EXPECT_EQ(HostName::parse("Example.com:81")->authority(), "example.com:81");
  EXPECT_EQ(HostName::parse("example.com:443")->port, 443);
  for (const char* name : {"",
                           "a b",
                           "contoso*.com",
                           "contoso.com/x",
                           "a@contoso.com",
                           "http://contoso.com",
                           "contoso.com?x=2",
                           "h:70000"}) {
    EXPECT_FALSE(HostName::parse(name).has_value()) << name;
  }
}

TEST(SplitPath, WantsNoEmptyParts) {
  EXPECT_EQ(split_path("/a/b/")->size(), 2U);
  EXPECT_TRUE(split_path("/")->empty());
  EXPECT_TRUE(split_path("")->empty());
  for (const char* path : {"//", "///", "/a//b", "/a/b//"}) EXPECT_FALSE(split_path(path)) << path;
}

TEST(CombineUrl, PutsOneSlashBetween) {
  EXPECT_EQ(combine_url("a/", "/b"), "a/b");
  EXPECT_EQ(combine_url("a", "b"), "a/b");
  EXPECT_EQ(combine_url("a/", ""), "a/");
}

}  // namespace
}  // namespace sigla::sourcelink
