// SPDX-License-Identifier: Apache-2.0
#include "upstream/miss_memory.h"

namespace sigla {

void MissMemory::add(const std::string& what, Clock::time_point now) {
  if (life_ == std::chrono::seconds(0)) return;
  const std::lock_guard lock(mutex_);
  if (until_.insert_or_assign(what, now + life_).second) order_.push_back(what);
  while (order_.size() > count_max_) {
    until_.erase(order_.front());
    order_.pop_front();
  }
}

bool MissMemory::has(const std::string& what, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = until_.find(what);
  return found != until_.end() && now < found->second;
}

}  // namespace sigla
