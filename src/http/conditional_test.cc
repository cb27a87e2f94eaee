// SPDX-License-Identifier: Apache-2.0
#include "http/conditional.h"

#include <gmock/gmock.h>

#include <array>

#include "http/head_writer.h"

namespace sigla::http {
namespace {

int status_with(Headers headers, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.headers = std::move(headers);
  Response response = Response::text(200, "content")
                          .with("ETag", "\"abc\"")
                          .with("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
  apply_conditionals(request, response);
  return response.status;
}

TEST(Conditional, ComparesTagsWeakly) {
  EXPECT_TRUE(matches_etag("\"abc\"", "\"abc\""));
  EXPECT_TRUE(matches_etag("W/\"abc\"", "\"abc\""));
  EXPECT_TRUE(matches_etag("\"x\", W/\"abc\" ,\"y\"", "W/\"abc\""));
  EXPECT_TRUE(matches_etag(" * ", "\"abc\""));
  EXPECT_FALSE(matches_etag("\"x\",abc", "\"abc\""));
  EXPECT_FALSE(matches_etag("", "\"abc\""));
}

TEST(Conditional, AnswersNotModified) {
  EXPECT_EQ(status_with({}), 200);
  EXPECT_EQ(status_with({{"If-None-Match", "\"abc\""}}), 304);
  EXPECT_EQ(status_with({{"If-None-Match", "\"abc\""}}, "HEAD"), 304);
  EXPECT_EQ(status_with({{"If-None-Match", "\"abc\""}}, "POST"), 200);
  EXPECT_EQ(status_with({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}), 304);
  EXPECT_EQ(status_with({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}), 200);
  EXPECT_EQ(status_with({{"If-Modified-Since", "yesterday"}}), 200);
  // The tag decides when both are there.
  EXPECT_EQ(status_with({{"If-None-Match", "\"x\""},
                         {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}),
            200);
}

TEST(Conditional, KeepsTheTagAndDropsContentHeaders) {
  Request request;
  request.method = "GET";
  request.headers = {{"If-None-Match", "*"}};
  Response response = Response::text(200, "content").with("ETag", "\"abc\"");
  apply_conditionals(request, response);
  EXPECT_EQ(response.header("ETag"), "\"abc\"");
  EXPECT_FALSE(response.header("Content-Type").has_value());
}

TEST(Conditional, NegotiatesEncodings) {
  constexpr std::array<std::string_view, 2> kOurs = {"zstd", "gzip"};
  const auto choose = [&](std::string_view accept) {
    return std::string(negotiate_encoding(accept, kOurs).value_or("identity"));
  };
  EXPECT_EQ(choose(""), "identity");
  EXPECT_EQ(choose("gzip"), "gzip");
  EXPECT_EQ(choose("gzip, deflate, br, zstd"), "zstd");
  EXPECT_EQ(choose("gzip;q=1.0, zstd;q=0.5"), "gzip");
  EXPECT_EQ(choose("GZIP; q=0.001"), "gzip");
  EXPECT_EQ(choose("gzip;q=0"), "identity");
  EXPECT_EQ(choose("gzip;q=0, *;q=0.5"), "zstd");
  EXPECT_EQ(choose("*"), "zstd");
  EXPECT_EQ(choose("identity"), "identity");
  EXPECT_EQ(choose("identity, gzip;q=0.5"), "identity");
  EXPECT_EQ(choose("identity;q=0.5, gzip"), "gzip");
  EXPECT_EQ(choose("br"), "identity");
  EXPECT_EQ(choose("identity;q=0, *;q=0"), "identity");
}

TEST(HttpDate, WritesOneFormAndReadsThree) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784111777);
  EXPECT_FALSE(parse_http_date("now").has_value());
}

}  // namespace
}  // namespace sigla::http
