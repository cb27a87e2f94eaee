// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/fetcher.h"

#include <gtest/gtest.h>

namespace sigla::sourcelink {
namespace {

TEST(Credential, IsOfOneOrigin) {
  const auto bearer = Credential::parse("Git.Example.com=bearer:a:b");
  ASSERT_TRUE(bearer.has_value());
  EXPECT_EQ(bearer->origin, "https://git.example.com");
  EXPECT_EQ(bearer->header, "Authorization");
  EXPECT_EQ(bearer->value, "Bearer a:b");
  EXPECT_EQ(Credential::parse("h:8443=basic:me:pw")->value, "Basic bWU6cHc=");
  EXPECT_EQ(Credential::parse("h:443=basic:me:pw")->origin, "https://h");
  EXPECT_EQ(Credential::parse("http://127.0.0.1:81=bearer:x")->origin, "http://127.0.0.1:81");
  const auto header = Credential::parse("gitlab.com=header:PRIVATE-TOKEN: t");
  EXPECT_EQ(header->header, "PRIVATE-TOKEN");
  EXPECT_EQ(header->value, "t");
}

TEST(Credential, IsRefusedWithoutBeingShown) {
  for (const char* text : {"",
                           "h",
                           "h=hunter2",
                           "h=bearer:",
                           "h=bearer:a\nb",
                           "=bearer:hunter2",
                           "http://h.example=bearer:hunter2",
                           "h/x=bearer:hunter2",
                           "h=header:hunter2",
                           "h=digest:hunter2",
                           "u@h=bearer:hunter2"}) {
    const auto credential = Credential::parse(text);
    ASSERT_FALSE(credential.has_value()) << text;
    EXPECT_EQ(credential.error().message().find("hunter2"), std::string::npos) << text;
  }
}

TEST(Fetcher, WantsAWebUrl) {
  Fetcher fetcher({});
  EXPECT_EQ(fetcher.fetch("file:///etc/passwd").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(fetcher.fetch("not a url").error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sigla::sourcelink
