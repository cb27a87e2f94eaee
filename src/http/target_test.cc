// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <gmock/gmock.h>

#include "http/request.h"

namespace sigla::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Request with_target(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

TEST(Target, SplitsPathAndQuery) {
  Request request = with_target("/a%20b/c?x=1&y=a+b%2B&z&&=e");
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.raw_path, "/a%20b/c");
  EXPECT_EQ(request.path, "/a b/c");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("x", "1"), Pair("y", "a b+"), Pair("z", ""), Pair("", "e")));
}

TEST(Target, DecodesOnceAndKeepsBrokenEscapes) {
  EXPECT_EQ(percent_decode("%2541%zz%4"), "%41%zz%4");
  EXPECT_EQ(percent_decode("%2F%2f+"), "//+");
}

TEST(Target, KeepsDoubleSlashes) {
  Request request = with_target("//post?format=symbols");
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.path, "//post");
  EXPECT_EQ(request.query_value("format"), "symbols");
}

TEST(Target, TakesTheAbsoluteForm) {
  Request request = with_target("HTTP://host:80/a?b");
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.path, "/a");
  EXPECT_THAT(request.query, ElementsAre(Pair("b", "")));
  request = with_target("https://host");
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.path, "/");
  EXPECT_THAT(request.query, IsEmpty());
  request = with_target("http://host?x=1");
  ASSERT_TRUE(split_target(request));
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query_value("x"), "1");
}

TEST(Target, RefusesWhatIsNoPath) {
  for (const char* target : {"", "a/b", "ftp://host/", "http:///x", "host:80", "/a%00b"}) {
    Request request = with_target(target);
    EXPECT_FALSE(split_target(request)) << target;
  }
}

TEST(Target, EncodesWhatAPathCannotHold) {
  EXPECT_EQ(percent_encode("a b/ü~", true), "a%20b/%C3%BC~");
  EXPECT_EQ(percent_encode("a/b", false), "a%2Fb");
}

TEST(Request, SplitsParametersOffThePath) {
  Request request = with_target("/token/symbols&tag=v1&x");
  ASSERT_TRUE(split_target(request));
  ASSERT_TRUE(request.split_path_parameters());
  EXPECT_EQ(request.path, "/token/symbols");
  EXPECT_THAT(request.query, ElementsAre(Pair("tag", "v1"), Pair("x", "")));
  EXPECT_FALSE(request.split_path_parameters());
  request = with_target("/a&b/c");
  ASSERT_TRUE(split_target(request));
  EXPECT_FALSE(request.split_path_parameters());
}

}  // namespace
}  // namespace sigla::http
