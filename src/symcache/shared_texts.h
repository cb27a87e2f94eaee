// SPDX-License-Identifier: Apache-2.0
// The texts of all runs, each once, while runs come from several threads. In the finished file they
// are numbered by how often they are used, the most frequent first, so that most references to them
// are short; which thread came first makes no difference.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "symcache/text_table.h"

namespace sigla::symcache {

class SharedTexts {
 public:
  static constexpr std::uint32_t kUnused = 0xffffffff;

  // Adds what `texts` holds, each used as often as `uses` says; unused ones are left out. Returns
  // what stands here for each of its numbers. From any thread.
  std::vector<std::uint32_t> add(const TextTable& texts, std::span<const std::uint32_t> uses);

  // Once all is added: numbers them for the file. Texts of one use count are in the order of their
  // hashes.
  void rank();
  std::size_t size() const { return by_rank_.size(); }
  std::uint32_t rank_of(std::uint32_t number) const {
    return shards_[number % kShardCount].ranks[number / kShardCount];
  }
  std::string_view text(std::uint32_t rank) const {
    const std::uint32_t number = by_rank_[rank];
    return shards_[number % kShardCount].texts.text(number / kShardCount);
  }

 private:
  static constexpr std::uint32_t kShardCount = 64;

  struct Shard {  // those whose hash begins alike
    std::mutex mutex;
    TextTable texts;
    std::vector<std::uint64_t> uses;
    std::vector<std::uint32_t> ranks;
  };
  std::array<Shard, kShardCount> shards_;
  std::vector<std::uint32_t> by_rank_;
};

}  // namespace sigla::symcache
