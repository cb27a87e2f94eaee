// SPDX-License-Identifier: Apache-2.0
// Threads for work that blocks. Long jobs never hold more than half of them, so that a burst of
// uploads being unpacked cannot keep a download waiting. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sigla::http {

class Pool {
 public:
  explicit Pool(std::size_t thread_count);
  // Runs what was submitted, then ends.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The job must not throw.
  void submit(std::function<void()> job, bool is_long = false);

 private:
  void work();
  bool take(std::function<void()>& job, bool& is_long);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> short_jobs_;
  std::deque<std::function<void()>> long_jobs_;
  std::size_t long_running_ = 0;
  std::size_t long_running_max_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sigla::http
