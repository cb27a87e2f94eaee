// SPDX-License-Identifier: Apache-2.0
#include "app/retry.h"

#include <algorithm>

namespace sigla::app {

std::optional<Retry::Milliseconds> Retry::next(Clock::time_point now) {
  if (failure_count_++ == 0) first_failure_ = now;
  if (failure_count_ >= limits_.failure_count && now - first_failure_ >= limits_.time) {
    return std::nullopt;
  }
  const unsigned doublings = std::min(failure_count_ - 1, 16U);
  return std::min(limits_.first_delay * (1U << doublings), limits_.delay_max);
}

}  // namespace sigla::app
