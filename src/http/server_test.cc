// SPDX-License-Identifier: Apache-2.0
// The request side of the protocol, over real sockets.
#include "http/server.h"

#include <gmock/gmock.h>

#include "http/server_fixture.h"

namespace sigla::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Route route(std::string method, std::string pattern, Handler handler) {
  Route result;
  result.method = std::move(method);
  result.pattern = std::move(pattern);
  result.handler = std::move(handler);
  return result;
}

Router test_router() {
  Router router;
  Route hello = route("GET", "/hello", [](Request&) { return Response::text(200, "hello\n"); });
  hello.run_on = RunOn::kIoThread;
  router.add(hello);
  hello.pattern = "/pool/{name}";
  hello.run_on = RunOn::kPool;
  hello.handler = [](Request& r) { return Response::text(200, r.captures[0] + "\n"); };
  router.add(hello);
  Route echo = route("POST", "/echo", [](Request& r) {
    return Response::text(200, fmt::format("{}:{}", r.body_size, r.body));
  });
  echo.body = BodyPolicy::kMemory;
  echo.body_size_max = 1U << 20U;
  router.add(echo);
  echo.pattern = "/tagged/symbols";
  echo.handler = [](Request& r) {
    return Response::text(200, std::string(r.query_value("tag").value_or("none")));
  };
  router.add(echo);
  router.add(route("POST", "/nobody", [](Request&) { return Response::text(200, "ok"); }));
  router.add(
      route("GET", "/throws", [](Request&) -> Response { throw std::runtime_error("boom"); }));
  return router;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() : server_({}, test_router()) {}
  // The response to one request on a connection of its own.
  std::string ask(std::string_view request) {
    RawClient client(server_.port());
    client.send(request);
    return client.read_response();
  }
  TestServer server_;
};

TEST_F(ServerTest, AnswersWithTheHeadersOfAServer) {
  const std::string response = ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_line(response), "HTTP/1.1 200 OK");
  EXPECT_THAT(response, HasSubstr("\r\nServer: Sigla\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 6\r\n"));
  EXPECT_THAT(response, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(response, Not(HasSubstr("Connection:")));
  EXPECT_EQ(body_of(response), "hello\n");
}

TEST_F(ServerTest, RunsHandlersOnThePool) {
  EXPECT_EQ(body_of(ask("GET /pool/a%20b HTTP/1.1\r\nHost: a\r\n\r\n")), "a b\n");
  EXPECT_EQ(status_line(ask("GET /throws HTTP/1.1\r\nHost: a\r\n\r\n")),
            "HTTP/1.1 500 Internal Server Error");
}

TEST_F(ServerTest, KeepsConnectionsAliveAndTakesPipelines) {
  RawClient client(server_.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), "hello\n");
  }
  client.send(
      "GET /pool/1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
      "\r\nGET /pool/2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "1\n");
  EXPECT_EQ(body_of(client.read_response()), "3:abc");
  EXPECT_EQ(body_of(client.read_response()), "3:def");
  EXPECT_EQ(body_of(client.read_response()), "2\n");
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
  RawClient client(server_.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /pool/x HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = client.read_response(true);
  EXPECT_THAT(head, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_EQ(body_of(head), "");
  EXPECT_EQ(body_of(client.read_response()), "x\n");
}

TEST_F(ServerTest, SpeaksHttp10) {
  RawClient plain(server_.port());
  plain.send("GET /hello HTTP/1.0\r\n\r\n");
  const std::string closed = plain.read_to_end();
  EXPECT_THAT(closed, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(body_of(closed), "hello\n");

  RawClient alive(server_.port());
  alive.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(alive.read_response(), HasSubstr("Connection: keep-alive\r\n"));
  alive.send("GET /pool/y HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(alive.read_to_end()), "y\n");
}

TEST_F(ServerTest, RoutesWhatOldClientsSend) {
  EXPECT_EQ(body_of(ask("POST //tagged/symbols?tag=a HTTP/1.1\r\nHost: a\r\n\r\n")), "a");
  EXPECT_EQ(body_of(ask("POST /tagged/symbols&tag=v1 HTTP/1.1\r\nHost: a\r\n\r\n")), "v1");
  EXPECT_EQ(body_of(ask("GET http://a.b/hello HTTP/1.1\r\nHost: a\r\n\r\n")), "hello\n");
  EXPECT_EQ(body_of(ask("GET /pool%2Fz HTTP/1.1\r\nHost: a\r\n\r\n")), "z\n");
}

TEST_F(ServerTest, SaysWhichMethodsAPathTakes) {
  const std::string response = ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_line(response), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_THAT(response, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_EQ(status_line(ask("GET /none HTTP/1.1\r\nHost: a\r\n\r\n")), "HTTP/1.1 404 Not Found");
}

TEST_F(ServerTest, AnswersExpectations) {
  RawClient client(server_.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(body_of(client.read_response()), "2:hi");
  // Documented by a well-known crash service, and sent by its users.
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: gzip\r\n\r\nho");
  EXPECT_EQ(body_of(client.read_response()), "2:ho");
}

struct BadRequest {
  const char* name;
  std::string request;
  int status;
};

class RefusalTest : public ServerTest, public testing::WithParamInterface<BadRequest> {};

TEST_P(RefusalTest, IsAnsweredAndClosed) {
  RawClient client(server_.port());
  client.send(GetParam().request);
  const std::string response = client.read_response();
  EXPECT_THAT(response, StartsWith(fmt::format("HTTP/1.1 {} ", GetParam().status)));
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
  client.finish_sending();
  EXPECT_TRUE(client.is_closed_by_server(10));
}

INSTANTIATE_TEST_SUITE_P(
    Server,
    RefusalTest,
    testing::Values(
        BadRequest{"BothLengths",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400},
        BadRequest{"BothLengthsTurned",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                   "Content-Length: 3\r\n\r\n0\r\n\r\n",
                   400},
        BadRequest{"TwoLengths",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                   "Content-Length: 4\r\n\r\nabcd",
                   400},
        BadRequest{
            "LengthList", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
        BadRequest{
            "SignedLength", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400},
        BadRequest{"HugeLength",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                   400},
        BadRequest{"OtherCoding",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                   501},
        BadRequest{"CodingWithoutChunked",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
                   501},
        BadRequest{"TwoCodings",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400},
        BadRequest{"ChunkedInHttp10",
                   "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400},
        BadRequest{"FoldedHeader", "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400},
        BadRequest{"SpaceBeforeColon", "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        BadRequest{"NoHost", "GET /hello HTTP/1.1\r\n\r\n", 400},
        BadRequest{"TwoHosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        BadRequest{"BareLineFeed", "GET /hello HTTP/1.1\nHost: a\n\n\r\n\r\n", 505},
        BadRequest{"Http09", "GET /hello\r\n\r\n", 400},
        BadRequest{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        BadRequest{"TargetWithSpace", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 505},
        BadRequest{"NoPath", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        BadRequest{"ZeroInPath", "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        BadRequest{
            "LongTarget", "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        BadRequest{"EndlessTarget", "GET /" + std::string(70'000, 'a'), 414},
        BadRequest{
            "EndlessHeader", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'a'), 431},
        BadRequest{"ChunkSizeNoHex",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                   400},
        BadRequest{"ChunkSizeTooLong",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "11111111111111111\r\n",
                   400},
        BadRequest{"ChunkWithoutEnd",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "1\r\nab\r\n0\r\n\r\n",
                   400},
        BadRequest{"EndlessChunkExtension",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=" +
                       std::string(300'000, 'a'),
                   400},
        BadRequest{"BodyTooLarge",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
                   413},
        BadRequest{"ChunkedBodyTooLarge",
                   "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "100001\r\n" +
                       std::string(0x100001, 'a') + "\r\n0\r\n\r\n",
                   413},
        BadRequest{"LargeBodyWhereNoneBelongs",
                   "POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                       std::string(100'000, 'a'),
                   413}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ServerTest, DropsASmallBodyThatNobodyWants) {
  RawClient client(server_.port());
  client.send("POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
  EXPECT_EQ(body_of(client.read_response()), "ok");
  client.send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
  EXPECT_EQ(body_of(client.read_response()), "not found\n");
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "hello\n");
}

TEST_F(ServerTest, IgnoresTrailersOfAChunkedBody) {
  RawClient client(server_.port());
  client.send(
      "POST /tagged/symbols HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1;ext=\"x\"\r\na\r\n0\r\nHost: evil\r\nX-Sum: 5\r\n\r\n");
  EXPECT_EQ(status_line(client.read_response()), "HTTP/1.1 200 OK");
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "hello\n");
}

TEST_F(ServerTest, TakesRequestsByteByByte) {
  RawClient client(server_.port());
  for (const char c :
       std::string_view("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n0\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(body_of(client.read_response()), "3:abc");
}

TEST_F(ServerTest, RefusesASecondServerOnItsPort) {
  Server::Options options;
  options.port = server_.port();
  const auto second = Server::start(std::move(options), Router());
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message(), HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace sigla::http
