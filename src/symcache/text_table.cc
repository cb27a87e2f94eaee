// SPDX-License-Identifier: Apache-2.0
#include "symcache/text_table.h"

#include <xxhash.h>

#include <algorithm>

namespace sigla::symcache {
namespace {

constexpr std::size_t kChunkSizeMin = 4'096;
constexpr std::size_t kChunkSizeMax = 1U << 20;

}  // namespace

std::uint64_t TextTable::hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

std::uint32_t TextTable::add(std::string_view text, std::uint64_t hash) {
  if (used_ * 3 >= slots_.size() * 2) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Text& known = texts_[slots_[at] - 1];
    if (known.hash == hash && std::string_view(known.data, known.size) == text) {
      return slots_[at] - 1;
    }
  }
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(copy(text, hash));
  slots_[at] = number + 1;
  ++used_;
  return number;
}

std::uint32_t TextTable::reserve_number() {
  texts_.push_back({hash_of({}), nullptr, 0});
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

void TextTable::name(std::uint32_t number, std::string_view text) {
  texts_[number] = copy(text, hash_of(text));
}

TextTable::Text TextTable::copy(std::string_view text, std::uint64_t hash) {
  if (text.size() > chunk_size_ - chunk_used_) {
    chunk_size_ = std::clamp(chunk_size_ * 2, kChunkSizeMin, kChunkSizeMax);
    chunk_size_ = std::max(chunk_size_, text.size());
    chunk_used_ = 0;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_size_));
  }
  char* place = chunks_.empty() ? nullptr : chunks_.back().get() + chunk_used_;
  std::ranges::copy(text, place);
  chunk_used_ += text.size();
  return {hash, place, text.size()};
}

void TextTable::grow() {
  std::vector<std::uint32_t> old(slots_.empty() ? 256 : slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint32_t slot : old) {
    if (slot == 0) continue;
    std::size_t at = texts_[slot - 1].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace sigla::symcache
