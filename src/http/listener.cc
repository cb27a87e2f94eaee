// SPDX-License-Identifier: Apache-2.0
#include "http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace sigla::http {
namespace {

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kTakenWait{1'000};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
  template <typename T>
  T& as() {
    return *static_cast<T*>(static_cast<void*>(&storage));
  }
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  auto& v4 = address.as<sockaddr_in>();
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  address.storage = {};
  auto& v6 = address.as<sockaddr_in6>();
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return make_error(ErrorCode::kInvalidArgument, "{} is no IP address", text);
}

Status enable(const File& socket, int level, int option) {
  const int on = 1;
  if (::setsockopt(socket.fd(), level, option, &on, sizeof(on)) != 0) {
    return errno_error("setsockopt");
  }
  return {};
}

Result<File> make_socket(const Address& address) {
  File socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno_error("socket");
  SIGLA_TRY(enable(socket, SOL_SOCKET, SO_REUSEADDR));
  return socket;
}

Status share_port(const File& socket) { return enable(socket, SOL_SOCKET, SO_REUSEPORT); }

// A server that ended while it was starting a child leaves its sockets to that child for the
// moment until it is another program; who starts again at once finds the port taken.
Status bind_patiently(const File& socket, Address& address) {
  const auto give_up = std::chrono::steady_clock::now() + kTakenWait;
  while (::bind(socket.fd(), address.get(), address.size) != 0) {
    if (errno != EADDRINUSE || std::chrono::steady_clock::now() >= give_up) {
      return errno_error("bind");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {};
}

Status bind_all(Address& address, std::size_t count, Listeners& result) {
  // A socket that shares its port would silently join another server's. The first one does not
  // share until it has the port, and nobody is answered before all of them are there.
  SIGLA_TRY_ASSIGN(File first, make_socket(address));
  SIGLA_TRY(bind_patiently(first, address));
  if (::getsockname(first.fd(), address.get(), &address.size) != 0) {
    return errno_error("getsockname");
  }
  SIGLA_TRY(share_port(first));
  result.sockets.push_back(std::move(first));
  while (result.sockets.size() < count) {
    SIGLA_TRY_ASSIGN(File socket, make_socket(address));
    SIGLA_TRY(share_port(socket));
    SIGLA_TRY(bind_patiently(socket, address));
    result.sockets.push_back(std::move(socket));
  }
  for (const File& socket : result.sockets) {
    if (::listen(socket.fd(), kBacklog) != 0) return errno_error("listen");
  }
  return {};
}

std::uint16_t port_of(Address& address) {
  return ntohs(address.storage.ss_family == AF_INET6 ? address.as<sockaddr_in6>().sin6_port
                                                     : address.as<sockaddr_in>().sin_port);
}

std::string text_of(Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v6 = address.storage.ss_family == AF_INET6;
  const void* const bytes = v6 ? static_cast<const void*>(&address.as<sockaddr_in6>().sin6_addr)
                               : &address.as<sockaddr_in>().sin_addr;
  if (::inet_ntop(address.storage.ss_family, bytes, text.data(), text.size()) == nullptr) {
    return "?";
  }
  return text.data();
}

}  // namespace

Result<Listeners> listen_on(const std::string& text, std::uint16_t port, std::size_t count) {
  SIGLA_TRY_ASSIGN(Address address, parse_address(text, port));
  Listeners result;
  Status bound = bind_all(address, count, result);
  if (!bound.has_value()) {
    return std::move(bound).error().in(fmt::format("listening on {} port {}", text, port));
  }
  result.port = port_of(address);
  return result;
}

Accepted accept_one(const File& listener) {
  Accepted accepted;
  Address address;
  address.size = sizeof(address.storage);
  accepted.fd =
      ::accept4(listener.fd(), address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted.fd < 0) {
    accepted.out_of_descriptors =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return accepted;
  }
  const int on = 1;
  ::setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  accepted.remote_address = text_of(address);
  return accepted;
}

}  // namespace sigla::http
