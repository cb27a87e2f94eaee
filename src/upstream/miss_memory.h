// SPDX-License-Identifier: Apache-2.0
// What was asked for in vain lately, so that it is not asked for again at once: misses, and servers
// that did not answer. Bounded; the oldest is forgotten first. Thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace sigla {

class MissMemory {
 public:
  using Clock = std::chrono::steady_clock;

  // A life of zero remembers nothing.
  explicit MissMemory(std::chrono::seconds life, std::size_t count_max = 100'000)
      : life_(life), count_max_(count_max) {}

  void add(const std::string& what, Clock::time_point now = Clock::now());
  bool has(const std::string& what, Clock::time_point now = Clock::now()) const;

 private:
  const std::chrono::seconds life_;
  const std::size_t count_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> until_;
  std::deque<std::string> order_;  // of `until_`, as they were added
};

}  // namespace sigla
