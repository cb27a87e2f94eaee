// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <boost/asio/awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "http/later.h"

namespace sigla::http {
namespace {

Pool::Lane lane_of(RunOn run_on) {
  if (run_on == RunOn::kPoolBulk) return Pool::Lane::kBulk;
  return run_on == RunOn::kPoolLong ? Pool::Lane::kLong : Pool::Lane::kShort;
}

}  // namespace

Connection::Connection(ServerState& state,
                       boost::asio::io_context& context,
                       int fd,
                       std::string remote_address)
    : state_(state),
      context_(context),
      channel_(context, fd, state.tls.has_value() ? &*state.tls : nullptr, state.options.limits),
      background_(*state.pool, context),
      parser_(state.options.limits),
      remote_address_(std::move(remote_address)) {}

Connection::~Connection() = default;

void Connection::close_if_idle() {
  if (channel_.phase() == Channel::Phase::kIdle) channel_.abort();
}

void Connection::tick() {
  channel_.tick();
  const auto waiting = waiting_.lock();
  if (waiting == nullptr || !channel_.peer_is_gone()) return;
  channel_.abort();
  waiting->wake();
}

Task<void> Connection::serve() {
  request_.remote_address = remote_address_;
  request_.is_tls = state_.tls.has_value();
  bool going = co_await channel_.handshake();
  while (going) {
    going = co_await serve_one();
  }
}

Task<bool> Connection::fill() {
  const std::size_t count =
      co_await channel_.read_some(in_.space(state_.options.limits.http_header_size_max));
  in_.added(count);
  co_return count > 0;
}

// One request and its response. False: the connection is over.
Task<bool> Connection::serve_one() {
  parser_.reset(request_);
  channel_.enter(in_.empty() ? Channel::Phase::kIdle : Channel::Phase::kHead);
  if (in_.empty()) {
    in_.shrink();
    if (state_.is_draining) co_return false;
  }
  while (true) {
    if (!in_.empty()) in_.used(parser_.parse_head(in_.bytes()));
    if (parser_.head_done() || parser_.refusal().has_value()) break;
    const bool filled = co_await fill();
    if (!filled) {
      if (channel_.phase() != Channel::Phase::kHead || !channel_.timed_out()) co_return false;
      Response late = Response::text(408, "the request head took too long\n");
      co_await refuse(std::move(late));
      co_return false;
    }
    if (channel_.phase() == Channel::Phase::kIdle) channel_.enter(Channel::Phase::kHead);
  }
  channel_.enter(Channel::Phase::kWork);
  started_ = std::chrono::steady_clock::now();
  if (parser_.refusal().has_value()) {
    const Refusal& refusal = *parser_.refusal();
    Response refused = Response::text(refusal.status, refusal.reason + "\n");
    co_await refuse(std::move(refused));
    co_return false;
  }
  keep_alive_ = parser_.keep_alive();

  Router::Match match;
  route_request(match);
  std::optional<Response> response;
  if (match.route != nullptr) {
    request_.captures = std::move(match.captures);
    response = co_await run_route(*match.route);
  } else {
    bool present = true;
    if (!parser_.done()) present = co_await discard_body();
    if (!present) co_return false;
    response = match.allow.empty() ? run_handler(state_.router.fallback())
                                   : Response::text(405, "this path takes " + match.allow + "\n")
                                         .with("Allow", match.allow);
  }
  if (!response.has_value()) co_return false;  // the client left in the middle of its body
  if (!parser_.done()) keep_alive_ = false;
  if (state_.is_draining) keep_alive_ = false;
  const bool sent = co_await send(std::move(*response));
  if (sent && !keep_alive_) co_await linger();
  co_return sent&& keep_alive_;
}

Task<void> Connection::refuse(Response response) {
  keep_alive_ = false;
  const bool sent = co_await send(std::move(response));
  if (sent) co_await linger();
}

void Connection::route_request(Router::Match& match) {
  match = state_.router.match(request_.method, request_.path);
  if (match.route != nullptr || request_.raw_path.find('&') == std::string::npos) return;
  Request split;
  split.raw_path = request_.raw_path;
  if (!split.split_path_parameters()) return;
  Router::Match again = state_.router.match(request_.method, split.path);
  if (again.route == nullptr) return;
  match = std::move(again);
  request_.split_path_parameters();
}

// Nothing: the connection broke while the body came in.
Task<std::optional<Response>> Connection::run_route(const Route& route) {
  if (route.admit) {
    auto refused = route.admit(request_);
    if (refused.has_value()) {
      if (!parser_.done() && !parser_.expects_continue()) co_await discard_body();
      co_return refused;
    }
  }
  // An empty body is one, too: its handler wants a file, or the hash of nothing.
  if (!parser_.done() || route.body == BodyPolicy::kSpool || route.hash_body) {
    const auto refusal = co_await receive_body(route);
    if (refusal.has_value()) {
      keep_alive_ = false;
      if (refusal->status == 0) co_return std::nullopt;
      co_return Response::text(refusal->status, refusal->reason + "\n");
    }
  }
  channel_.enter(Channel::Phase::kWork);
  Response response;
  if (route.run_on == RunOn::kIoThread) {
    response = run_handler(route.handler);
  } else {
    background_.start([&] { response = run_handler(route.handler); }, lane_of(route.run_on));
    co_await background_.wait();
  }
  if (response.later == nullptr) co_return response;
  Response at_last = co_await wait_for(response.later, context_, waiting_);
  co_return at_last;
}

// The boundary where what libraries throw ends.
Response Connection::run_handler(const Handler& handler) {
  try {
    return handler(request_);
  } catch (const std::exception& e) {
    log_error("request failed", {{"path", name_for_log()}, {"reason", std::string(e.what())}});
    return Response::text(500, "internal error\n");
  }
}

std::string Connection::name_for_log() const {
  return state_.options.name_for_log ? state_.options.name_for_log(request_) : request_.path;
}

// Reads what a refused client still sends, so that it gets to read the answer instead of a reset.
Task<void> Connection::linger() {
  channel_.finish();
  if (parser_.head_done() && parser_.done() && in_.empty()) co_return;
  channel_.enter(Channel::Phase::kLinger);
  Buffer scratch(16U << 10U);
  std::size_t count = 1;
  while (count > 0) {
    count = co_await channel_.read_some(scratch);
  }
}

}  // namespace sigla::http
