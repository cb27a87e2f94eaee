// SPDX-License-Identifier: Apache-2.0
// A set of (project, key) that may say yes to what is not in it (about 1 in 200), never no to what
// is. It grows; nothing is ever taken out. Thread-safe; may_contain() takes no lock.
//
// Blocked Bloom filters in layers of doubling capacity: 16 bits a key, one cache line a layer.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "store/catalog.h"

namespace sigla {

class KeyFilter {
 public:
  KeyFilter();
  KeyFilter(const KeyFilter&) = delete;
  KeyFilter& operator=(const KeyFilter&) = delete;
  ~KeyFilter();

  static std::uint64_t hash(Id project_id, std::string_view lowered_key);

  void add(std::uint64_t hash);
  bool may_contain(std::uint64_t hash) const;
  // About how many were added.
  std::uint64_t count() const;

 private:
  struct Layer;
  static constexpr std::size_t kLayersMax = 24;  // 10^12 keys

  std::array<std::atomic<Layer*>, kLayersMax> layers_{};
  std::atomic<std::size_t> layer_count_ = 0;
  mutable std::mutex mutex_;  // of those who add
};

}  // namespace sigla
