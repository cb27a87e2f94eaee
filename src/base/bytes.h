// SPDX-License-Identifier: Apache-2.0
// Bytes somebody else owns, Buffers we own, and the one safe way to cut a piece out of them.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace sigla {

// A borrowed run of bytes; its owner (a MappedFile, a Buffer) must outlive it.
using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

// The `size` bytes of `file` at `offset`. Error (kMalformed) names `what` and both numbers when
// they are not all inside; no sum is computed, so nothing can wrap.
Result<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size, std::string_view what);

inline bool starts_with(Bytes bytes, std::string_view prefix) {
  return as_text(bytes).starts_with(prefix);
}

// The first sizeof(T) bytes as a T, in native byte order.
// Requires: bytes.size() >= sizeof(T).
template <typename T>
T load(Bytes bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  SIGLA_CHECK(bytes.size() >= sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

}  // namespace sigla
