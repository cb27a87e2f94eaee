// SPDX-License-Identifier: Apache-2.0
// For tests: a real server on a free loopback port, clients with raw sockets, and the real curl.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "http/server.h"
#include "os/file.h"

namespace sigla::http {

class TestServer {
 public:
  // Fills in address, port, spool directory and small thread counts.
  TestServer(Server::Options options, Router router);
  ~TestServer();  // stops at once
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  std::string url(std::string_view path) const;
  // Waits until run() has returned.
  void join();
  const std::filesystem::path& spool_directory() const { return spool_->path(); }

 private:
  std::unique_ptr<TempDirectory> spool_;
  std::unique_ptr<Server> server_;
  std::string scheme_;
  std::thread thread_;
};

// A blocking TCP connection to a loopback port; every wait ends after some seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool send(std::string_view bytes);
  void finish_sending();
  // One response with its body (by Content-Length, chunked or to the end); without a body for HEAD.
  std::string read_response(bool is_head = false);
  // What comes until the server closes.
  std::string read_to_end();
  bool is_closed_by_server(int seconds_max);

 private:
  bool fill();
  int fd_;
  std::string buffer_;
};

std::string status_line(std::string_view response);
std::string body_of(std::string_view response);

// Runs a shell command and returns what it wrote to standard output and its exit code.
struct CommandResult {
  int exit_code = -1;
  std::string output;
};
CommandResult run_command(const std::string& command);

}  // namespace sigla::http
