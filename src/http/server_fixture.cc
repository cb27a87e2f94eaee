// SPDX-License-Identifier: Apache-2.0
#include "http/server_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/text.h"

namespace sigla::http {
namespace {

constexpr int kPatienceSeconds = 20;

std::size_t header_number(std::string_view head, std::string_view name) {
  const std::string lowered = lower(head);
  const std::size_t at = lowered.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return std::string::npos;
  const std::size_t start = at + name.size() + 4;
  const auto value =
      parse_decimal(std::string_view(lowered).substr(start, lowered.find('\r', start) - start));
  return value.value_or(std::string::npos);
}

}  // namespace

TestServer::TestServer(Server::Options options, Router router) {
  auto spool = TempDirectory::create();
  SIGLA_CHECK(spool.has_value());
  spool_ = std::make_unique<TempDirectory>(std::move(spool).value());
  options.port = 0;
  if (options.spool_directory.empty()) options.spool_directory = spool_->path();
  if (options.io_thread_count == 0) options.io_thread_count = 2;
  if (options.pool_thread_count == 0) options.pool_thread_count = 4;
  scheme_ = options.tls.has_value() ? "https" : "http";
  auto server = Server::start(std::move(options), std::move(router));
  if (!server.has_value()) std::fprintf(stderr, "%s\n", server.error().message().c_str());
  SIGLA_CHECK(server.has_value());
  server_ = std::move(server).value();
  thread_ = std::thread([this] { server_->run(); });
}

TestServer::~TestServer() {
  if (!thread_.joinable()) return;
  server_->stop(0);
  thread_.join();
}

void TestServer::join() { thread_.join(); }

std::string TestServer::url(std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", scheme_, port(), path);
}

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const void* const raw = &address;
  SIGLA_CHECK(::connect(fd_, static_cast<const sockaddr*>(raw), sizeof(address)) == 0);
}

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(fd_, SHUT_WR); }

bool RawClient::fill() {
  pollfd wait{fd_, POLLIN, 0};
  if (::poll(&wait, 1, kPatienceSeconds * 1000) <= 0) return false;
  std::array<char, 65536> piece{};
  const ssize_t count = ::recv(fd_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawClient::read_response(bool is_head) {
  std::size_t head_end = buffer_.find("\r\n\r\n");
  while (head_end == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
    head_end = buffer_.find("\r\n\r\n");
  }
  head_end += 4;
  const std::string head = buffer_.substr(0, head_end);
  std::size_t end = head_end;
  if (lower(head).find("transfer-encoding: chunked") != std::string::npos && !is_head) {
    while ((end = buffer_.find("\r\n0\r\n\r\n", head_end)) == std::string::npos &&
           !buffer_.substr(head_end).starts_with("0\r\n\r\n")) {
      if (!fill()) return std::exchange(buffer_, {});
    }
    end = end == std::string::npos ? head_end + 5 : end + 7;
  } else if (!is_head) {
    const std::size_t length = header_number(head, "content-length");
    if (length == std::string::npos && head.find(" 304 ") == std::string::npos &&
        head.find(" 100 ") == std::string::npos && head.find(" 204 ") == std::string::npos) {
      return std::exchange(buffer_, {}) + read_to_end();
    }
    end = head_end + (length == std::string::npos ? 0 : length);
    while (buffer_.size() < end) {
      if (!fill()) return std::exchange(buffer_, {});
    }
  }
  std::string response = buffer_.substr(0, end);
  buffer_.erase(0, end);
  return response;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::is_closed_by_server(int seconds_max) {
  pollfd wait{fd_, POLLIN, 0};
  if (::poll(&wait, 1, seconds_max * 1000) <= 0) return false;
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK) <= 0;
}

std::string status_line(std::string_view response) {
  return std::string(response.substr(0, response.find('\r')));
}

std::string body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(response.substr(end + 4));
}

CommandResult run_command(const std::string& command) {
  CommandResult result;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> piece{};
  std::size_t count = 0;
  while ((count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0) {
    result.output.append(piece.data(), count);
  }
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace sigla::http
