// SPDX-License-Identifier: Apache-2.0
// Addresses as a symcache stores them: 4 or 8 bytes each, minus the file's base.
//
// Ascending ones that are searched often have a second section beside them: above the array stand
// levels of samples, each with every 16th key of the one below, the smallest (up to 16 keys) first.
// A search reads one run of 16 keys in each: one or two cache lines a level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/view.h"

namespace sigla::symcache {

inline constexpr std::size_t kSampleStep = 16;

// How many samples stand above an array of `size` keys.
inline std::size_t sample_count(std::size_t size) {
  std::size_t count = 0;
  while (size > kSampleStep) {
    size = (size + kSampleStep - 1) / kSampleStep;
    count += size;
  }
  return count;
}

// What the section beside `keys` holds.
inline std::vector<std::uint64_t> sample(std::span<const std::uint64_t> keys) {
  std::vector<std::uint64_t> samples;
  std::size_t step = kSampleStep;
  for (std::size_t size = keys.size(); size > kSampleStep; step *= kSampleStep) {
    size = (size + kSampleStep - 1) / kSampleStep;
    std::vector<std::uint64_t> level;
    for (std::size_t i = 0; i < size; ++i) level.push_back(keys[i * step]);
    samples.insert(samples.begin(), level.begin(), level.end());
  }
  return samples;
}

class AddressArray {
 public:
  static Result<AddressArray> open(Bytes bytes, std::uint8_t address_size, std::string_view what) {
    AddressArray array;
    if (address_size == 8) {
      SIGLA_TRY_ASSIGN(array.wide_, view_as<std::uint64_t>(bytes, what));
    } else {
      SIGLA_TRY_ASSIGN(array.narrow_, view_as<std::uint32_t>(bytes, what));
    }
    return array;
  }

  std::size_t size() const { return wide_.empty() ? narrow_.size() : wide_.size(); }
  std::uint64_t operator[](std::size_t i) const { return wide_.empty() ? narrow_[i] : wide_[i]; }
  // How many of the addresses are not above `key`. `samples` belong to this array: sample_count().
  std::size_t count_up_to(std::uint64_t key, const AddressArray& samples) const {
    if (!wide_.empty()) return count(wide_, samples.wide_, key);
    return count(narrow_, samples.narrow_, narrow_key(key));
  }
  std::size_t count_up_to(std::uint64_t key) const {
    if (!wide_.empty()) return count(wide_, key);
    return count(narrow_, narrow_key(key));
  }

 private:
  static std::uint32_t narrow_key(std::uint64_t key) {
    return key > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(key);
  }
  // A binary search without unpredictable branches.
  template <typename T>
  static std::size_t count(std::span<const T> keys, T key) {
    const T* first = keys.data();
    std::size_t size = keys.size();
    while (size > 1) {
      const std::size_t half = size / 2;
      first += first[half - 1] <= key ? half : 0;
      size -= half;
    }
    const auto passed = static_cast<std::size_t>(first - keys.data());
    return passed + (size == 1 && *first <= key ? 1 : 0);
  }
  // In one run of keys. The loop of a full one is unrolled and done by vector instructions.
  template <typename T>
  static std::size_t count_in_run(const T* keys, std::size_t size, T key) {
    std::uint32_t count = 0;
    if (size >= kSampleStep) {
      for (std::size_t i = 0; i < kSampleStep; ++i) count += keys[i] <= key ? 1U : 0U;
    } else {
      for (std::size_t i = 0; i < size; ++i) count += keys[i] <= key ? 1U : 0U;
    }
    return count;
  }
  template <typename T>
  static std::size_t count(std::span<const T> keys, std::span<const T> samples, T key) {
    std::size_t run = 0;  // which run of the level
    std::size_t level_size = 0;
    // Levels have between 1 and 16 times the size of the one above.
    std::size_t sizes[16];
    std::size_t levels = 0;
    for (std::size_t size = keys.size(); size > kSampleStep; sizes[levels++] = size) {
      size = (size + kSampleStep - 1) / kSampleStep;
    }
    const T* level = samples.data();
    for (; levels > 0; level += level_size) {
      level_size = sizes[--levels];
      const std::size_t first = run * kSampleStep;
      const std::size_t passed = count_in_run(level + first, level_size - first, key);
      if (passed == 0) return 0;
      run = first + passed - 1;
    }
    const std::size_t first = run * kSampleStep;
    return first + count_in_run(keys.data() + first, keys.size() - first, key);
  }

  std::span<const std::uint32_t> narrow_;
  std::span<const std::uint64_t> wide_;
};

}  // namespace sigla::symcache
