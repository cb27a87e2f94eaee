// SPDX-License-Identifier: Apache-2.0
// Variable-length integers of the symcache: little-endian groups of seven bits (ULEB128), signed
// ones folded to unsigned ("zigzag": 0, -1, 1, -2 are 0, 1, 2, 3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace sigla::symcache {

// Of two or more bytes.
[[gnu::noinline]] inline void append_long_varint(Buffer& out, std::uint64_t value) {
  std::array<std::uint8_t, 10> bytes;
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<std::uint8_t>(value | 0x80);
  bytes[size++] = static_cast<std::uint8_t>(value);
  out.insert(out.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
}

inline void append_varint(Buffer& out, std::uint64_t value) {
  if (value >= 0x80) return append_long_varint(out, value);
  out.push_back(static_cast<std::uint8_t>(value));
}

inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
// The change from one 32-bit value to another, and back; any bits give some value.
inline std::uint64_t change(std::uint32_t from, std::uint32_t to) {
  return zigzag(static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from));
}
inline std::uint32_t apply_change(std::uint32_t from, std::uint64_t folded) {
  return from + static_cast<std::uint32_t>(unzigzag(folded));
}

// Reads in place and never past the end, where it yields zeros. Inline: this is the inner loop of
// every look-up.
class VarintReader {
 public:
  explicit VarintReader(Bytes bytes) : next_(bytes.data()), end_(next_ + bytes.size()) {}

  bool at_end() const { return next_ == end_; }
  Bytes rest() const { return {next_, remaining()}; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - next_); }
  std::uint64_t next() {
    if (next_ == end_) return 0;
    const std::uint8_t first = *next_++;
    return first < 0x80 ? first : next_long(first & 0x7f);
  }
  std::uint32_t next32() { return static_cast<std::uint32_t>(next()); }
  std::uint8_t byte() { return next_ == end_ ? 0 : *next_++; }
  // As many of the next `count` bytes as there are.
  Bytes bytes(std::uint64_t count) {
    const std::uint8_t* const first = next_;
    next_ += count < remaining() ? count : remaining();
    return {first, next_};
  }

 private:
  std::uint64_t next_long(std::uint64_t value) {
    for (unsigned shift = 7; next_ != end_ && shift < 64; shift += 7) {
      const std::uint8_t byte = *next_++;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
};

}  // namespace sigla::symcache
