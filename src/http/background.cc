// SPDX-License-Identifier: Apache-2.0
#include "http/background.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/result.h"

namespace sigla::http {

namespace asio = boost::asio;

struct Background::Waiter {
  virtual ~Waiter() = default;
  virtual void resume() = 0;
};

template <typename Handler>
struct Background::WaiterOf final : Waiter {
  explicit WaiterOf(Handler h) : handler(std::move(h)) {}
  void resume() override { std::move(handler)(); }
  Handler handler;
};

Background::Background(Pool& pool, asio::io_context& context) : pool_(pool), context_(context) {}
Background::~Background() = default;

void Background::start(std::function<void()> job, Pool::Lane lane) {
  SIGLA_CHECK(!is_running_);
  is_running_ = true;
  pool_.submit(
      [this, job = std::move(job)] {
        job();
        asio::post(context_, [this] { finished(); });
      },
      lane);
}

void Background::finished() {
  is_running_ = false;
  if (waiter_ == nullptr) return;
  const std::unique_ptr<Waiter> waiter = std::move(waiter_);
  waiter->resume();
}

void Background::abandon() { const std::unique_ptr<Waiter> waiter = std::move(waiter_); }

Task<void> Background::wait() {
  if (!is_running_) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
      [this](auto handler) {
        waiter_ = std::make_unique<WaiterOf<decltype(handler)>>(std::move(handler));
      },
      asio::use_awaitable);
}

}  // namespace sigla::http
