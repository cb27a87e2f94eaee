// SPDX-License-Identifier: Apache-2.0
// A cursor over borrowed bytes that never reads outside them and is asked once whether it tried to.
//
// A read past the end yields zero, moves to the end and marks the reader failed; later reads yield
// zero too. A parser therefore reads a whole record without branches and then asks finish(). After
// a failure the cursor is at the end, so `while (!reader.at_end())` terminates. Ask finish() before
// a value is used as a divisor, index, shift, allocation size or loop bound.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace sigla {

class ByteReader {
 public:
  explicit ByteReader(Bytes data, std::endian order = std::endian::little)
      : data_(data), order_(order) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T read() {
    const Bytes raw = bytes(sizeof(T));
    if (raw.size() != sizeof(T)) return 0;
    T value;
    std::memcpy(&value, raw.data(), sizeof(T));
    return order_ == std::endian::native ? value : swap(value);
  }
  [[nodiscard]] std::uint8_t u8() { return read<std::uint8_t>(); }
  [[nodiscard]] std::uint16_t u16() { return read<std::uint16_t>(); }
  [[nodiscard]] std::uint32_t u32() { return read<std::uint32_t>(); }
  [[nodiscard]] std::uint64_t u64() { return read<std::uint64_t>(); }

  // DWARF 5 section 7.6. More than 64 significant bits, or more than 10 bytes, is a failure.
  [[nodiscard]] std::uint64_t uleb128();
  [[nodiscard]] std::int64_t sleb128();
  // Up to the next NUL, which is consumed and not part of the result; no NUL within size_max is a
  // failure.
  [[nodiscard]] std::string_view cstring(std::size_t size_max);
  // Exactly `count` bytes, or none and a failure.
  [[nodiscard]] Bytes bytes(std::uint64_t count);
  // A reader over the next `count` bytes, which this one skips. It can only narrow.
  [[nodiscard]] ByteReader sub(std::uint64_t count) { return ByteReader(bytes(count), order_); }
  void skip(std::uint64_t count) { static_cast<void>(bytes(count)); }
  // Moves to the next multiple of `alignment` (a power of two), counted from the reader's start.
  void align(std::size_t alignment);
  // Moves to `offset`, counted from the reader's start; past the end is a failure.
  void seek(std::uint64_t offset);
  void fail();

  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] bool at_end() const { return position_ == data_.size(); }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return data_.size() - position_; }
  [[nodiscard]] Bytes rest() const { return data_.subspan(position_); }
  [[nodiscard]] std::endian order() const { return order_; }

  // OK, or kMalformed: "WHAT: truncated at offset N", N being where the failing read began.
  [[nodiscard]] Status finish(std::string_view what) const;

 private:
  template <std::unsigned_integral T>
  static T swap(T value) {
    if constexpr (sizeof(T) == 1) return value;
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  }

  Bytes data_;
  std::size_t position_ = 0;
  std::size_t failed_at_ = 0;
  std::endian order_;
  bool failed_ = false;
};

}  // namespace sigla
