// SPDX-License-Identifier: Apache-2.0
// When to try something again that failed because the other side could not be reached, and when to
// give it up. Holds no clock of its own.
//
//   Retry retry(limits);
//   while (!attempt()) {
//     const auto delay = retry.next(Retry::Clock::now());
//     if (!delay) return give_up();
//     std::this_thread::sleep_for(*delay);
//   }
#pragma once

#include <chrono>
#include <optional>

namespace sigla::app {

class Retry {
 public:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  // Gives up once it has failed both this often and for this long, counted from the first failure:
  // a transfer of ten minutes that breaks gets a second chance, too.
  struct Limits {
    unsigned failure_count = 5;
    Milliseconds time{60'000};
    Milliseconds first_delay{250};
    Milliseconds delay_max{5'000};
  };

  explicit Retry(Limits limits) : limits_(limits) {}

  // Call it after each failure: how long to wait, or nothing: give up.
  std::optional<Milliseconds> next(Clock::time_point now);
  unsigned failure_count() const { return failure_count_; }

 private:
  Limits limits_;
  unsigned failure_count_ = 0;
  Clock::time_point first_failure_;
};

}  // namespace sigla::app
