// SPDX-License-Identifier: Apache-2.0
// One job at a time on the blocking pool, awaited from a coroutine of an io thread.
#pragma once

#include <functional>
#include <memory>

#include "http/pool.h"
#include "http/task.h"

namespace sigla::http {

// Lives on its io thread. Must not be destroyed while a job runs, except after the pool has ended.
class Background {
 public:
  Background(Pool& pool, boost::asio::io_context& context);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Requires: no job is running. What the job refers to must live until wait() returns.
  void start(std::function<void()> job, Pool::Lane lane = Pool::Lane::kShort);
  bool is_running() const { return is_running_; }
  // Returns once no job is running; at most one coroutine waits.
  Task<void> wait();
  // Once neither pool nor io thread runs any more: destroys the coroutine that waits, which would
  // otherwise own itself through its waiter. That may destroy this object, too.
  void abandon();

 private:
  struct Waiter;
  template <typename Handler>
  struct WaiterOf;
  void finished();

  Pool& pool_;
  boost::asio::io_context& context_;
  bool is_running_ = false;
  std::unique_ptr<Waiter> waiter_;
};

}  // namespace sigla::http
