// SPDX-License-Identifier: Apache-2.0
#include "http/later.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <utility>

namespace sigla::http {

namespace asio = boost::asio;

namespace {

using Timer = asio::steady_timer;

// Ends the timer's wait from whatever thread, for as long as there is a timer: the coroutine that
// owns it, and the whole io thread, may be gone when somebody has an answer.
class TimerWaiter final : public Waiter {
 public:
  TimerWaiter(asio::io_context& context, const std::shared_ptr<Timer>& timer)
      : context_(&context), timer_(timer) {}

  void wake() override {
    const std::lock_guard lock(mutex_);
    if (context_ == nullptr) return;
    // On the timer's own thread: timers are not thread-safe.
    asio::post(*context_, [timer = timer_] {
      if (const auto waiting = timer.lock()) waiting->expires_at(Timer::time_point::min());
    });
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* context_;  // null: nobody waits any more
  const std::weak_ptr<Timer> timer_;
};

// However the wait ends.
struct Forgotten {
  explicit Forgotten(std::shared_ptr<TimerWaiter> w) : waiter(std::move(w)) {}
  Forgotten(const Forgotten&) = delete;
  Forgotten& operator=(const Forgotten&) = delete;
  ~Forgotten() { waiter->forget(); }
  const std::shared_ptr<TimerWaiter> waiter;
};

}  // namespace

Task<Response> wait_for(std::shared_ptr<const Later> later,
                        asio::io_context& context,
                        std::weak_ptr<Waiter>& waiting) {
  const auto timer = std::make_shared<Timer>(context);
  if (later->timeout) {
    timer->expires_after(*later->timeout);
  } else {
    timer->expires_at(Timer::time_point::max());
  }
  const Forgotten until_over(std::make_shared<TimerWaiter>(context, timer));
  waiting = until_over.waiter;
  later->call(until_over.waiter);
  co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
  co_return later->take();
}

}  // namespace sigla::http
