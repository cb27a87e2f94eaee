// SPDX-License-Identifier: Apache-2.0
#include "http/io_thread.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <string>

#include "base/log.h"
#include "http/connection.h"
#include "http/listener.h"

namespace sigla::http {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// One connection for each pass of the event loop would starve the queue under load.
constexpr int kAcceptBatch = 256;
constexpr std::chrono::milliseconds kDescriptorPause(100);

}  // namespace

class IoThread::Loop {
 public:
  Loop(ServerState& state, File listener)
      : state_(state),
        context_(1),
        listener_(std::move(listener)),
        acceptor_(context_, listener_.fd()),
        sweep_(context_),
        pause_(context_) {}
  ~Loop() {
    for (Connection* connection : connections_) connection->abandon();
    acceptor_.release();
  }

  void run() {
    asio::co_spawn(context_, accept_all(), asio::detached);
    asio::co_spawn(context_, sweep(), asio::detached);
    context_.run();
  }

  void post_stop() {
    asio::post(context_, [this] {
      accept_some();
      is_stopping_ = true;
      acceptor_.cancel();
      pause_.cancel();
      for (Connection* connection : connections_) connection->close_if_idle();
      end_when_drained();
    });
  }

  void post_abort() {
    asio::post(context_, [this] {
      for (Connection* connection : connections_) connection->abort();
      // Coroutines that only wait for their socket end in this pass; others wait for the pool.
      asio::post(context_, [this] { context_.stop(); });
    });
  }

 private:
  asio::awaitable<void> accept_all() {
    while (!is_stopping_) {
      const auto [error] =
          co_await acceptor_.async_wait(asio::posix::stream_descriptor::wait_read, kAwait);
      if (error || is_stopping_) break;
      if (accept_some()) continue;
      log_warning("no file descriptors left: connections wait");
      pause_.expires_after(kDescriptorPause);
      co_await pause_.async_wait(kAwait);
    }
    acceptor_.release();
    listener_ = File();
  }

  // False when the process has no descriptors left.
  bool accept_some() {
    if (is_stopping_) return true;
    for (int i = 0; i < kAcceptBatch; ++i) {
      Accepted accepted = accept_one(listener_);
      if (accepted.fd < 0) return !accepted.out_of_descriptors;
      if (state_.connection_count >= state_.options.limits.http_connection_count_max) {
        refuse(accepted.fd);
        continue;
      }
      ++state_.connection_count;
      asio::co_spawn(
          context_, serve(accepted.fd, std::move(accepted.remote_address)), asio::detached);
    }
    return true;
  }

  void refuse(int fd) const {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    if (!state_.tls.has_value()) {
      (void)::send(fd, kAnswer.data(), kAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    ::close(fd);
  }

  asio::awaitable<void> serve(int fd, std::string remote_address) {
    {
      Connection connection(state_, context_, fd, std::move(remote_address));
      const auto place = connections_.insert(connections_.end(), &connection);
      try {
        co_await connection.serve();
      } catch (const std::exception& e) {
        log_error("connection failed", {{"reason", std::string(e.what())}});
      }
      connections_.erase(place);
    }
    --state_.connection_count;
    end_when_drained();
  }

  asio::awaitable<void> sweep() {
    while (!is_drained_) {
      sweep_.expires_after(std::chrono::seconds(1));
      co_await sweep_.async_wait(kAwait);
      for (Connection* connection : connections_) connection->tick();
    }
  }

  void end_when_drained() {
    if (!is_stopping_ || !connections_.empty()) return;
    is_drained_ = true;
    sweep_.cancel();
  }

  ServerState& state_;
  // The connections' coroutines live in the context and take themselves off the list, so the list
  // must go last.
  std::list<Connection*> connections_;
  asio::io_context context_;
  File listener_;
  asio::posix::stream_descriptor acceptor_;
  asio::steady_timer sweep_;
  asio::steady_timer pause_;
  bool is_stopping_ = false;
  bool is_drained_ = false;
};

IoThread::IoThread(ServerState& state, File listener)
    : loop_(std::make_unique<Loop>(state, std::move(listener))) {}
IoThread::~IoThread() = default;

void IoThread::run() { loop_->run(); }
void IoThread::post_stop() { loop_->post_stop(); }
void IoThread::post_abort() { loop_->post_abort(); }

}  // namespace sigla::http
