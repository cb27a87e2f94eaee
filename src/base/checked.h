// SPDX-License-Identifier: Apache-2.0
// Arithmetic on values that came from a file: a sum or product that does not fit is no value.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

namespace sigla {

template <std::integral T>
[[nodiscard]] std::optional<T> checked_add(T a, T b) {
  T result;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}
template <std::integral T>
[[nodiscard]] std::optional<T> checked_sub(T a, T b) {
  T result;
  if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
  return result;
}
template <std::integral T>
[[nodiscard]] std::optional<T> checked_mul(T a, T b) {
  T result;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}
// The value as a To, or nothing when it does not fit.
template <std::integral To, std::integral From>
[[nodiscard]] std::optional<To> checked_cast(From value) {
  if (!std::in_range<To>(value)) return std::nullopt;
  return static_cast<To>(value);
}

}  // namespace sigla
