// SPDX-License-Identifier: Apache-2.0
// Turns the fields of raw.h, loaded in file order, into native integers.
#pragma once

#include <bit>
#include <concepts>

namespace sigla::elf {

class Decoder {
 public:
  explicit Decoder(std::endian order) : order_(order) {}

  template <std::unsigned_integral T>
  T operator()(T field) const {
    if (order_ == std::endian::native) return field;
    if constexpr (sizeof(T) == 1) return field;
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(field);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(field);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(field);
  }
  std::endian order() const { return order_; }

 private:
  std::endian order_;
};

}  // namespace sigla::elf
