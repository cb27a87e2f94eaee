// SPDX-License-Identifier: Apache-2.0
#include "store/key_filter.h"

#include <functional>
#include <vector>

namespace sigla {
namespace {

constexpr std::uint64_t kFirstCapacity = 64U << 10U;
constexpr std::uint64_t kKeysPerBlock = 32;
constexpr std::size_t kWordsPerBlock = 8;

// One bit in each of the eight words of a block, so that a look-up is one cache line.
struct alignas(64) Block {
  std::array<std::atomic<std::uint64_t>, kWordsPerBlock> words{};
};

// The finaliser of SplitMix64: every bit of the result depends on every bit of the value.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::uint64_t bit_of(std::uint64_t pattern, std::size_t word) {
  return std::uint64_t{1} << (pattern >> (word * 6) & 63U);
}

}  // namespace

struct KeyFilter::Layer {
  explicit Layer(std::uint64_t capacity_wanted)
      : capacity(capacity_wanted), blocks(capacity_wanted / kKeysPerBlock) {}

  const Block& block_of(std::uint64_t hash) const {
    return blocks[static_cast<std::size_t>((hash >> 32U) * blocks.size() >> 32U)];
  }
  Block& block_of(std::uint64_t hash) {
    return blocks[static_cast<std::size_t>((hash >> 32U) * blocks.size() >> 32U)];
  }

  const std::uint64_t capacity;
  std::uint64_t count = 0;  // under the filter's mutex
  std::vector<Block> blocks;
};

KeyFilter::KeyFilter() {
  layers_[0] = new Layer(kFirstCapacity);
  layer_count_ = 1;
}

KeyFilter::~KeyFilter() {
  for (const auto& layer : layers_) delete layer.load();
}

std::uint64_t KeyFilter::hash(Id project_id, std::string_view lowered_key) {
  return mix(std::hash<std::string_view>()(lowered_key) +
             mix(static_cast<std::uint64_t>(project_id)));
}

void KeyFilter::add(std::uint64_t hash) {
  const std::lock_guard lock(mutex_);
  // Known keys come again and again; they must not fill the layer up.
  if (may_contain(hash)) return;
  std::size_t last = layer_count_.load() - 1;
  Layer* layer = layers_[last].load();
  if (layer->count == layer->capacity && last + 1 < kLayersMax) {
    layer = new Layer(layer->capacity * 2);
    layers_[++last] = layer;
    layer_count_.store(last + 1, std::memory_order_release);
  }
  ++layer->count;
  Block& block = layer->block_of(hash);
  const std::uint64_t pattern = mix(hash);
  for (std::size_t word = 0; word < kWordsPerBlock; ++word) {
    block.words[word].fetch_or(bit_of(pattern, word), std::memory_order_relaxed);
  }
}

bool KeyFilter::may_contain(std::uint64_t hash) const {
  const std::uint64_t pattern = mix(hash);
  const std::size_t layer_count = layer_count_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < layer_count; ++i) {
    const Block& block = layers_[i].load(std::memory_order_relaxed)->block_of(hash);
    std::size_t word = 0;
    while (word < kWordsPerBlock &&
           (block.words[word].load(std::memory_order_relaxed) & bit_of(pattern, word)) != 0) {
      ++word;
    }
    if (word == kWordsPerBlock) return true;
  }
  return false;
}

std::uint64_t KeyFilter::count() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < layer_count_.load(); ++i) count += layers_[i].load()->count;
  return count;
}

}  // namespace sigla
