// SPDX-License-Identifier: Apache-2.0
// One client: reads requests, routes them, runs handlers and writes responses, until either side
// has enough. Lives on one io thread, in the coroutine serve().
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/background.h"
#include "http/channel.h"
#include "http/head_writer.h"
#include "http/input_buffer.h"
#include "http/request_parser.h"
#include "http/server_state.h"

namespace sigla::http {

class BodySink;

class Connection {
 public:
  // Takes the descriptor.
  Connection(ServerState& state,
             boost::asio::io_context& context,
             int fd,
             std::string remote_address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Requires: this outlives the task.
  Task<void> serve();
  void tick();
  void close_if_idle();
  void abort() { channel_.abort(); }
  // See Background::abandon().
  void abandon() { background_.abandon(); }

 private:
  // connection.cc: one request after the other.
  Task<bool> fill();  // reads what is there into in_; false: ended or timed out
  Task<bool> serve_one();
  Task<std::optional<Response>> run_route(const Route& route);
  Response run_handler(const Handler& handler);
  void route_request(Router::Match& match);
  Task<void> refuse(Response response);  // before there is a request to route
  Task<void> linger();
  std::string name_for_log() const;

  // connection_body.cc: the request's body.
  std::optional<Refusal> check_body(const Route& route) const;
  Task<bool> discard_body();
  Task<std::optional<Refusal>> receive_body(const Route& route);
  struct Half;
  Half first_half();
  std::optional<Refusal> parse_half(Half& half, std::uint64_t size_max);
  Task<std::optional<Refusal>> receive_into(BodySink& sink, std::uint64_t size_max);

  // connection_send.cc: the response.
  Task<bool> send(Response response);
  Task<bool> send_file(const FileBody& body);
  Task<bool> send_small_file(const FileBody& body);
  Task<bool> send_stream(StreamBody& body, Response& response, Framing framing);

  ServerState& state_;
  boost::asio::io_context& context_;
  Channel channel_;
  Background background_;
  RequestParser parser_;
  InputBuffer in_;
  std::string out_;
  Request request_;
  std::string remote_address_;
  std::weak_ptr<Waiter> waiting_;  // see wait_for()
  bool keep_alive_ = true;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace sigla::http
