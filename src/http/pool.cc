// SPDX-License-Identifier: Apache-2.0
#include "http/pool.h"

#include <algorithm>
#include <utility>

namespace sigla::http {

Pool::Pool(std::size_t thread_count) {
  const std::array<std::size_t, 3> counts_max = {thread_count, thread_count / 4, thread_count / 2};
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    queues_[i].running_count_max = std::max<std::size_t>(1, counts_max[i]);
  }
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

void Pool::submit(std::function<void()> job, Lane lane) {
  {
    const std::lock_guard lock(mutex_);
    queues_[static_cast<std::size_t>(lane)].jobs.push_back(std::move(job));
  }
  wake_.notify_one();
}

// Requires: mutex_ is held. Null: there is nothing that may run now.
Pool::Queue* Pool::find_ready() {
  for (Queue& queue : queues_) {
    if (!queue.jobs.empty() && queue.running_count < queue.running_count_max) return &queue;
  }
  return nullptr;
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    Queue* const queue = find_ready();
    if (queue == nullptr) {
      const bool is_empty = std::all_of(
          queues_.begin(), queues_.end(), [](const Queue& each) { return each.jobs.empty(); });
      if (ending_ && is_empty) {
        wake_.notify_all();
        return;
      }
      wake_.wait(lock);
      continue;
    }
    std::function<void()> job = std::move(queue->jobs.front());
    queue->jobs.pop_front();
    ++queue->running_count;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    --queue->running_count;
    if (!queue->jobs.empty()) wake_.notify_one();
  }
}

}  // namespace sigla::http
