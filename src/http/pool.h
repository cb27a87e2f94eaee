// SPDX-License-Identifier: Apache-2.0
// Threads for work that blocks. Jobs of the slower lanes never hold all of them, so that neither
// dumps being walked nor uploads that wait for each other keep a download waiting. Thread-safe.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sigla::http {

class Pool {
 public:
  enum class Lane {
    kShort,  // milliseconds
    kLong,   // seconds: at most a quarter of the threads
    kBulk,   // minutes: at most half of the threads
  };

  explicit Pool(std::size_t thread_count);
  // Runs what was submitted, then ends.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The job must not throw.
  void submit(std::function<void()> job, Lane lane = Lane::kShort);

 private:
  struct Queue {
    std::deque<std::function<void()>> jobs;
    std::size_t running_count = 0;
    std::size_t running_count_max = 0;
  };

  void work();
  Queue* find_ready();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::array<Queue, 3> queues_;  // by Lane, the most urgent first
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sigla::http
