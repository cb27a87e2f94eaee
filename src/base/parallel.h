// SPDX-License-Identifier: Apache-2.0
// A loop whose steps several threads share, one after the other off a common counter. What a step
// throws (memory runs out) is thrown again by the caller, once all threads have stopped.
//
//   parallel_for(4, units.size(), [&](unsigned thread, std::size_t i) { ... });
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace sigla {

// How many threads of this process can run at once; at least 1. (The C library's own count looks
// into /proc or /sys, which a worker cannot.)
inline unsigned processor_count() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

// `step(thread, i)` for all i below `count`, lower ones earlier; `thread` is below `thread_count`.
// The caller is one of the threads. Where the system gives fewer, fewer do the work.
template <typename Step>
void parallel_for(unsigned thread_count, std::size_t count, const Step& step) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr thrown;
  const auto work = [&](unsigned thread) {
    try {
      for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
        step(thread, i);
      }
    } catch (...) {
      next.store(count, std::memory_order_relaxed);
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(std::min<std::size_t>(thread_count, count));
    try {
      for (unsigned i = 1; i < thread_count && i < count; ++i) threads.emplace_back(work, i);
    } catch (const std::system_error&) {
      // Those that are there do it all.
    }
    work(0);
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace sigla
