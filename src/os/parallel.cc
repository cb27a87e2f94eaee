// SPDX-License-Identifier: Apache-2.0
#include "os/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace sigla {

unsigned processor_count() {
  // The C library's own count looks into /proc or /sys, which a worker cannot.
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

void parallel_for(std::size_t count,
                  unsigned thread_count,
                  const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t wanted = std::min<std::size_t>(thread_count, count);
    threads.reserve(wanted);
    try {
      while (threads.size() + 1 < wanted) threads.emplace_back(work);
    } catch (const std::system_error&) {
      // The threads that are there do it all.
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sigla
