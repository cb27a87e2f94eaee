// SPDX-License-Identifier: Apache-2.0
// Slow, idle, half-open and too many clients; and the end of a server.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "http/server.h"
#include "http/server_fixture.h"

namespace sigla::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class PatienceTest : public testing::Test {
 protected:
  void start(Server::Options options = {}) {
    Router router;
    Route route;
    route.method = "GET";
    route.pattern = "/hello";
    route.run_on = RunOn::kIoThread;
    route.handler = [](Request&) { return Response::text(200, "hello\n"); };
    router.add(route);
    route.pattern = "/slow";
    route.run_on = RunOn::kPool;
    route.handler = [this](Request&) {
      is_slow_running_ = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      return Response::text(200, "at last\n");
    };
    router.add(route);
    route.pattern = "/long";
    route.run_on = RunOn::kPoolLong;
    router.add(route);
    route.pattern = "/pool";
    route.run_on = RunOn::kPool;
    route.handler = [](Request&) { return Response::text(200, "pool\n"); };
    router.add(route);
    route.pattern = "/later";
    route.handler = [this](Request& request) {
      auto later = std::make_shared<Later>();
      later->call = [this](const std::shared_ptr<Waiter>& waiter) {
        const std::lock_guard lock(mutex_);
        waiters_.push_back(waiter);
      };
      if (request.query_value("timeout")) later->timeout = std::chrono::seconds(1);
      later->take = [this] { return Response::text(200, is_there_ ? "there\n" : "not yet\n"); };
      Response response;
      response.later = std::move(later);
      return response;
    };
    router.add(route);
    route.method = "POST";
    route.pattern = "/echo";
    route.body = BodyPolicy::kMemory;
    route.body_size_max = 1'000'000;
    route.admit = [this](const Request&) -> std::optional<Response> {
      was_admitted_ = true;
      return std::nullopt;
    };
    router.add(route);
    server_ = std::make_unique<TestServer>(std::move(options), std::move(router));
  }
  std::vector<std::unique_ptr<RawClient>> connect(std::size_t count, std::string_view say) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<RawClient>(server_->port()));
      clients.back()->send(say);
    }
    return clients;
  }

  // How many wait for an answer that is not there yet.
  std::size_t waiter_count() {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(waiters_, [](const auto& waiter) { return !waiter.expired(); }));
  }
  void wake_all() {
    is_there_ = true;
    const std::lock_guard lock(mutex_);
    for (const auto& waiter : waiters_) {
      if (const auto waiting = waiter.lock()) waiting->wake();
    }
  }

  std::atomic<bool> is_slow_running_ = false;
  std::atomic<bool> is_there_ = false;
  std::atomic<bool> was_admitted_ = false;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Waiter>> waiters_;
  std::unique_ptr<TestServer> server_;
};

constexpr std::string_view kLater = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(PatienceTest, AnswersAtOnceBesideManyHalfOpenRequests) {
  start();
  const auto half_open = connect(200, "GET /hello HTTP/1.1\r\nHost: ");
  const auto start_time = Clock::now();
  RawClient good(server_->port());
  good.send(kHello);
  EXPECT_EQ(body_of(good.read_response()), "hello\n");
  // Long before any of the others is given up.
  EXPECT_LT(seconds_since(start_time), 2);
}

TEST_F(PatienceTest, EndsRequestsThatNeverComeWhole) {
  Server::Options options;
  options.limits.http_header_timeout_seconds_max = 1;
  options.limits.http_idle_timeout_seconds_max = 2;
  start(std::move(options));
  RawClient half(server_->port());
  half.send("GET /hello HTTP/1.1\r\n");
  EXPECT_THAT(half.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  // One byte a time does not help.
  RawClient dripping(server_->port());
  const auto start_time = Clock::now();
  while (seconds_since(start_time) < 10 && dripping.send("G")) ::usleep(100'000);
  EXPECT_LT(seconds_since(start_time), 9);
  RawClient idle(server_->port());
  idle.send(kHello);
  idle.read_response();
  EXPECT_TRUE(idle.is_closed_by_server(10));
}

TEST_F(PatienceTest, ServesAThousandConnections) {
  start();
  const auto clients = connect(1000, kHello);
  for (int round = 0; round < 2; ++round) {
    for (const auto& client : clients) ASSERT_EQ(body_of(client->read_response()), "hello\n");
    EXPECT_EQ(server_->server().connection_count(), 1000U);
    for (const auto& client : clients) client->send(kHello);
  }
}

TEST_F(PatienceTest, RefusesConnectionsOverTheLimit) {
  Server::Options options;
  options.limits.http_connection_count_max = 10;
  start(std::move(options));
  const auto clients = connect(10, kHello);
  for (const auto& client : clients) EXPECT_EQ(body_of(client->read_response()), "hello\n");
  RawClient late(server_->port());
  EXPECT_THAT(late.read_to_end(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(PatienceTest, SurvivesTheLackOfDescriptors) {
  start();
  auto clients = connect(5, kHello);
  for (const auto& client : clients) client->read_response();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  auto late = connect(1, "");
  rlimit now = before;
  now.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &now), 0);
  late[0]->send(kHello);
  clients[0]->send(kHello);
  EXPECT_EQ(body_of(clients[0]->read_response()), "hello\n");
  ::usleep(300'000);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(body_of(late[0]->read_response()), "hello\n");
  RawClient next(server_->port());
  next.send(kHello);
  EXPECT_EQ(body_of(next.read_response()), "hello\n");
}

TEST_F(PatienceTest, LongJobsLeaveThreadsForShortOnes) {
  start();
  const auto long_ones = connect(16, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!is_slow_running_) ::usleep(1'000);
  const auto start_time = Clock::now();
  RawClient client(server_->port());
  client.send("GET /pool HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "pool\n");
  EXPECT_LT(seconds_since(start_time), 0.5);
}

TEST_F(PatienceTest, NoThreadWaitsForAnAnswerThatComesLater) {
  start();
  const auto waiting = connect(100, kLater);
  while (waiter_count() < 100) ::usleep(1'000);
  const auto start_time = Clock::now();
  RawClient client(server_->port());
  client.send("GET /pool HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "pool\n");
  EXPECT_LT(seconds_since(start_time), 0.5);
  wake_all();
  for (const auto& one : waiting) ASSERT_EQ(body_of(one->read_response()), "there\n");
  for (const auto& one : waiting) one->send(kHello);
  for (const auto& one : waiting) ASSERT_EQ(body_of(one->read_response()), "hello\n");
  EXPECT_EQ(waiter_count(), 0U);
  wake_all();
}

TEST_F(PatienceTest, AnswersWithWhatThereIsWhenTheTimeIsOver) {
  start();
  RawClient client(server_->port());
  const auto start_time = Clock::now();
  client.send("GET /later?timeout=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "not yet\n");
  EXPECT_GT(seconds_since(start_time), 0.9);
  EXPECT_LT(seconds_since(start_time), 5);
  while (waiter_count() != 0) ::usleep(1'000);
}

TEST_F(PatienceTest, DoesNotWaitOnForThoseWhoLeft) {
  start();
  auto waiting = connect(5, kLater);
  while (waiter_count() < 5) ::usleep(1'000);
  waiting.resize(2);
  const auto start_time = Clock::now();
  while (waiter_count() > 2) ::usleep(1'000);
  EXPECT_LT(seconds_since(start_time), 5);
  ::usleep(1'200'000);
  EXPECT_EQ(waiter_count(), 2U);
  wake_all();
  for (const auto& one : waiting) EXPECT_EQ(body_of(one->read_response()), "there\n");
  while (server_->server().connection_count() > 2) ::usleep(1'000);
}

TEST_F(PatienceTest, EndsBesideThoseWhoWait) {
  start();
  const auto waiting = connect(3, kLater);
  while (waiter_count() < 3) ::usleep(1'000);
  const auto start_time = Clock::now();
  server_->server().stop(1);
  server_->join();
  EXPECT_LT(seconds_since(start_time), 5);
  server_.reset();
  EXPECT_EQ(waiter_count(), 0U);
  wake_all();
}

TEST_F(PatienceTest, DrainsWhatIsUnderWay) {
  start();
  RawClient idle(server_->port());
  idle.send(kHello);
  idle.read_response();
  RawClient busy(server_->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!is_slow_running_) ::usleep(1'000);
  const auto start_time = Clock::now();
  server_->server().stop(30);
  EXPECT_TRUE(idle.is_closed_by_server(1));
  const std::string response = busy.read_to_end();
  EXPECT_EQ(body_of(response), "at last\n");
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
  server_->join();
  EXPECT_LT(seconds_since(start_time), 10);
}

TEST_F(PatienceTest, DoesNotWaitForeverForTheLastOne) {
  start();
  RawClient half(server_->port());
  half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  // Before its head was read the connection is an idle one, which goes at once.
  while (!was_admitted_) ::usleep(1'000);
  const auto start_time = Clock::now();
  server_->server().stop(1);
  server_->join();
  EXPECT_GT(seconds_since(start_time), 0.8);
  EXPECT_LT(seconds_since(start_time), 5);
}

}  // namespace
}  // namespace sigla::http
