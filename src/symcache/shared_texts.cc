// SPDX-License-Identifier: Apache-2.0
#include "symcache/shared_texts.h"

#include <algorithm>
#include <tuple>

namespace sigla::symcache {

std::vector<std::uint32_t> SharedTexts::add(const TextTable& texts,
                                            std::span<const std::uint32_t> uses) {
  // The texts by shard, so that each lock is taken once.
  std::array<std::uint32_t, kShardCount + 1> first{};
  const auto shard_of = [&](std::uint32_t number) {
    return static_cast<std::uint32_t>(texts.hash(number) >> 58U);
  };
  const auto count = static_cast<std::uint32_t>(uses.size());
  for (std::uint32_t i = 0; i < count; ++i) ++first[shard_of(i) + 1];
  for (std::uint32_t i = 0; i < kShardCount; ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> ordered(count);
  auto next = first;
  for (std::uint32_t i = 0; i < count; ++i) ordered[next[shard_of(i)]++] = i;

  std::vector<std::uint32_t> numbers(count, kUnused);
  for (std::uint32_t s = 0; s < kShardCount; ++s) {
    if (first[s] == first[s + 1]) continue;
    Shard& shard = shards_[s];
    const std::scoped_lock lock(shard.mutex);
    for (std::uint32_t k = first[s]; k < first[s + 1]; ++k) {
      const std::uint32_t i = ordered[k];
      if (uses[i] == 0) continue;
      const std::uint32_t at = shard.texts.add(texts.text(i), texts.hash(i));
      if (at == shard.uses.size()) shard.uses.push_back(0);
      shard.uses[at] += uses[i];
      numbers[i] = at * kShardCount + s;
    }
  }
  return numbers;
}

void SharedTexts::rank() {
  struct Entry {
    std::uint64_t uses;
    std::uint64_t hash;
    std::uint32_t number;
  };
  std::vector<Entry> entries;
  for (std::uint32_t s = 0; s < kShardCount; ++s) {
    Shard& shard = shards_[s];
    shard.ranks.resize(shard.texts.size());
    for (std::uint32_t i = 0; i < shard.texts.size(); ++i) {
      entries.push_back({shard.uses[i], shard.texts.hash(i), i * kShardCount + s});
    }
  }
  const auto text_of = [&](const Entry& entry) {
    return shards_[entry.number % kShardCount].texts.text(entry.number / kShardCount);
  };
  std::ranges::sort(entries, [&](const Entry& a, const Entry& b) {
    if (a.uses != b.uses) return a.uses > b.uses;
    if (a.hash != b.hash) return a.hash < b.hash;
    return text_of(a) < text_of(b);
  });
  by_rank_.reserve(entries.size());
  for (const Entry& entry : entries) {
    shards_[entry.number % kShardCount].ranks[entry.number / kShardCount] =
        static_cast<std::uint32_t>(by_rank_.size());
    by_rank_.push_back(entry.number);
  }
}

}  // namespace sigla::symcache
