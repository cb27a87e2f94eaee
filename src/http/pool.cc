// SPDX-License-Identifier: Apache-2.0
#include "http/pool.h"

#include <algorithm>
#include <utility>

namespace sigla::http {

Pool::Pool(std::size_t thread_count)
    : long_running_max_(std::max<std::size_t>(1, thread_count / 2)) {
  threads_.reserve(thread_count);
  for (std::size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::submit(std::function<void()> job, bool is_long) {
  {
    const std::lock_guard lock(mutex_);
    (is_long ? long_jobs_ : short_jobs_).push_back(std::move(job));
  }
  wake_.notify_one();
}

// Requires: mutex_ is held.
bool Pool::take(std::function<void()>& job, bool& is_long) {
  is_long = short_jobs_.empty();
  auto& jobs = is_long ? long_jobs_ : short_jobs_;
  if (jobs.empty() || (is_long && long_running_ >= long_running_max_)) return false;
  job = std::move(jobs.front());
  jobs.pop_front();
  if (is_long) ++long_running_;
  return true;
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::function<void()> job;
    bool is_long = false;
    if (!take(job, is_long)) {
      if (ending_ && short_jobs_.empty() && long_jobs_.empty()) {
        wake_.notify_all();
        return;
      }
      wake_.wait(lock);
      continue;
    }
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    if (!is_long) continue;
    --long_running_;
    if (!long_jobs_.empty()) wake_.notify_one();
  }
}

}  // namespace sigla::http
