// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "http/server_fixture.h"
#include "testing/matchers.h"

namespace sigla::http {
namespace {

using testing::HasSubstr;

Router test_router() {
  Router router;
  Route route;
  route.method = "GET";
  route.pattern = "/text/{size}";
  route.handler = [](Request& request) {
    return Response::text(200, std::string(parse_decimal(request.captures[0]).value_or(0), 'x'))
        .with("X-Agent", std::string(request.header("X-Agent").value_or("none")));
  };
  router.add(route);
  route.pattern = "/moved/{count}";
  route.handler = [](Request& request) {
    const std::uint64_t count = parse_decimal(request.captures[0]).value_or(0);
    return Response::text(302, "elsewhere")
        .with("Location", count == 0 ? "/text/3" : fmt::format("/moved/{}", count - 1));
  };
  router.add(route);
  route.method = "POST";
  route.pattern = "/echo";
  route.body = BodyPolicy::kMemory;
  route.body_size_max = 16U << 20U;
  route.handler = [](Request& request) { return Response::text(201, request.body); };
  router.add(route);
  route.method = "PUT";
  router.add(route);
  route.pattern = "/refuses";
  route.admit = [](const Request&) { return Response::text(403, "not you\n"); };
  router.add(route);
  return router;
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() : server_({}, test_router()) {}
  ClientRequest request(std::string method, std::string_view path) {
    ClientRequest result;
    result.method = std::move(method);
    result.url = server_.url(path);
    return result;
  }
  TestServer server_;
  Client client_;
};

TEST_F(ClientTest, GetsAndHeads) {
  ClientRequest get = request("GET", "/text/5");
  get.headers = {{"X-Agent", "sigla"}};
  ASSERT_OK_AND_ASSIGN(const auto response, client_.send(get));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "xxxxx");
  EXPECT_EQ(response.header("x-agent"), "sigla");
  ASSERT_OK_AND_ASSIGN(const auto head, client_.send(request("HEAD", "/text/5")));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("Content-Length"), "5");
  ASSERT_OK_AND_ASSIGN(const auto missing, client_.send(request("GET", "/none")));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "not found\n");
}

TEST_F(ClientTest, PostsTextAndFiles) {
  ClientRequest post = request("POST", "/echo");
  post.body = "hello";
  ASSERT_OK_AND_ASSIGN(const auto echoed, client_.send(post));
  EXPECT_EQ(echoed.status, 201);
  EXPECT_EQ(echoed.body, "hello");

  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("body"));
  std::string content(3'000'000, 'a');
  content += "tail";
  ASSERT_THAT(file.write_all(as_bytes(content)), IsOk());
  ClientRequest put = request("PUT", "/echo");
  put.body_file = &file;
  put.body_offset = 1'000'000;
  put.body_size = content.size() - 1'000'000;
  std::uint64_t most_sent = 0;
  put.progress = [&](std::uint64_t sent, std::uint64_t) {
    most_sent = std::max(most_sent, sent);
    return true;
  };
  ASSERT_OK_AND_ASSIGN(const auto sent, client_.send(put));
  EXPECT_EQ(sent.status, 201);
  EXPECT_TRUE(sent.body == content.substr(1'000'000));
  EXPECT_EQ(most_sent, put.body_size);
}

TEST_F(ClientTest, ReadsTheAnswerOfARefusedUpload) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("body"));
  ASSERT_THAT(file.truncate(20'000'000), IsOk());
  ClientRequest put = request("PUT", "/refuses");
  put.body_file = &file;
  put.body_size = 20'000'000;
  ASSERT_OK_AND_ASSIGN(const auto response, client_.send(put));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "not you\n");
}

TEST_F(ClientTest, DownloadsIntoAFileWithinTheLimit) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("download"));
  ClientRequest get = request("GET", "/text/2000000");
  get.download_file = &file;
  ASSERT_OK_AND_ASSIGN(const auto response, client_.send(get));
  EXPECT_EQ(response.received_size, 2'000'000U);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(file.size(), IsOkAnd(2'000'000U));
  get.download_size_max = 1'999'999;
  EXPECT_THAT(client_.send(get), IsError(ErrorCode::kLimitExceeded, "1999999 bytes"));
  get.url = server_.url("/none");
  ASSERT_OK_AND_ASSIGN(const auto missing, client_.send(get));
  EXPECT_EQ(missing.body, "not found\n");
}

TEST_F(ClientTest, FollowsABoundedNumberOfRedirects) {
  ClientRequest get = request("GET", "/moved/2");
  ASSERT_OK_AND_ASSIGN(const auto response, client_.send(get));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "xxx");
  EXPECT_THAT(response.url, HasSubstr("/text/3"));
  get.url = server_.url("/moved/9");
  EXPECT_THAT(client_.send(get), IsError(ErrorCode::kUnavailable, "redirects"));
  get.redirect_count_max = 0;
  ASSERT_OK_AND_ASSIGN(const auto first, client_.send(get));
  EXPECT_EQ(first.status, 302);
}

TEST_F(ClientTest, NamesTheHostThatDoesNotAnswer) {
  ClientRequest get;
  get.url = "http://user:secret@127.0.0.1:1/x";
  const auto response = client_.send(get);
  EXPECT_THAT(response, IsError(ErrorCode::kUnavailable, "127.0.0.1:1: "));
  EXPECT_THAT(response.error().message(), testing::Not(HasSubstr("secret")));
  get.url = "ftp://127.0.0.1/x";
  EXPECT_THAT(client_.send(get), IsError(ErrorCode::kInvalidArgument, "127.0.0.1"));
}

TEST_F(ClientTest, GivesUpWhenToldTo) {
  ClientRequest get = request("GET", "/text/100");
  get.progress = [](std::uint64_t, std::uint64_t) { return false; };
  EXPECT_THAT(client_.send(get), IsError(ErrorCode::kUnavailable, "127.0.0.1"));
}

}  // namespace
}  // namespace sigla::http
