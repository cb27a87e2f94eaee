// SPDX-License-Identifier: Apache-2.0
// Ascending addresses as a symcache stores them: 4 or 8 bytes each, minus the file's base.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/view.h"

namespace sigla::symcache {

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
  // How many of the addresses are not above `key`.
  std::size_t count_up_to(std::uint64_t key) const {
    if (!wide_.empty()) return count(wide_, key);
    return count(narrow_, key > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(key));
  }

 private:
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

  std::span<const std::uint32_t> narrow_;
  std::span<const std::uint64_t> wide_;
};

}  // namespace sigla::symcache
