// SPDX-License-Identifier: Apache-2.0
// The only place where bytes become structures without a copy (and the only reinterpret_cast).
#pragma once

#include <span>
#include <type_traits>

#include "base/bytes.h"

namespace sigla {

// The bytes as an array of T, in place. T has no padding and no constructor work to skip, so any
// byte pattern is a value of it. Error (kMalformed) when the size is no multiple of sizeof(T) or
// the address is not aligned for T.
template <typename T>
Result<std::span<const T>> view_as(Bytes bytes, std::string_view what) {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(std::has_unique_object_representations_v<T>, "T has padding");
  if (bytes.size() % sizeof(T) != 0) {
    return malformed(
        "{}: {} bytes are no multiple of the record size {}", what, bytes.size(), sizeof(T));
  }
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (address % alignof(T) != 0) {
    return malformed("{}: not aligned to {} bytes", what, alignof(T));
  }
  return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
}

// The bytes of a value, to write it out.
template <typename T>
Bytes bytes_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(std::has_unique_object_representations_v<T>, "T has padding");
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof(T)};
}

}  // namespace sigla
