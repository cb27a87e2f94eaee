// SPDX-License-Identifier: Apache-2.0
#include "http/listener.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

namespace sigla::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

File connect_to(std::uint16_t port) {
  File socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const void* const any = &address;
  if (::connect(socket.fd(), static_cast<const sockaddr*>(any), sizeof(address)) != 0) return {};
  return socket;
}

TEST(Listener, SharesOnePortAmongItsSockets) {
  const auto listeners = listen_on("127.0.0.1", 0, 4);
  ASSERT_TRUE(listeners.has_value()) << listeners.error().message();
  EXPECT_EQ(listeners->sockets.size(), 4U);
  EXPECT_NE(listeners->port, 0);
  std::vector<File> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(connect_to(listeners->port));
    ASSERT_TRUE(clients.back().is_open());
  }
  std::size_t accepted = 0;
  std::size_t busy = 0;
  for (const File& socket : listeners->sockets) {
    std::size_t here = 0;
    for (Accepted one = accept_one(socket); one.fd >= 0; one = accept_one(socket)) {
      const File closed(one.fd);
      ++here;
    }
    accepted += here;
    busy += here > 0 ? 1 : 0;
  }
  EXPECT_EQ(accepted, 200U);
  EXPECT_EQ(busy, 4U);
}

TEST(Listener, RefusesAPortThatStaysTakenAndSaysWhich) {
  const auto first = listen_on("127.0.0.1", 0, 2);
  ASSERT_TRUE(first.has_value());
  const auto second = listen_on("127.0.0.1", first->port, 2);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(first->port)));
  EXPECT_THAT(second.error().message(), HasSubstr("Address already in use"));
}

// What a predecessor's half-started child does: it has the socket for a moment longer.
TEST(Listener, WaitsForAPortThatIsAboutToBeFree) {
  auto first = listen_on("127.0.0.1", 0, 2);
  ASSERT_TRUE(first.has_value());
  const std::uint16_t port = first->port;
  std::thread closer([&] {
    std::this_thread::sleep_for(milliseconds(200));
    first->sockets.clear();
  });
  const auto began = steady_clock::now();
  const auto second = listen_on("127.0.0.1", port, 2);
  closer.join();
  ASSERT_TRUE(second.has_value()) << second.error().message();
  EXPECT_EQ(second->port, port);
  EXPECT_GE(steady_clock::now() - began, milliseconds(150));
}

TEST(Listener, StartsAgainOverConnectionsOfTheLastOne) {
  auto first = listen_on("127.0.0.1", 0, 1);
  ASSERT_TRUE(first.has_value());
  const std::uint16_t port = first->port;
  const File client = connect_to(port);
  ASSERT_TRUE(client.is_open());
  const Accepted accepted = accept_one(first->sockets[0]);
  ASSERT_GE(accepted.fd, 0);
  {
    const File server_side(accepted.fd);
  }  // closes first: its port waits
  first->sockets.clear();
  const auto second = listen_on("127.0.0.1", port, 1);
  EXPECT_TRUE(second.has_value()) << second.error().message();
}

TEST(Listener, RefusesWhatIsNoAddress) {
  EXPECT_EQ(listen_on("localhost", 0, 1).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sigla::http
