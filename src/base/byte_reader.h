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
    if (remaining() < sizeof(T)) {
      fail();
      return 0;
    }
    T value;
    std::memcpy(&value, data_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return order_ == std::endian::native ? value : swap(value);
  }
  [[nodiscard]] std::uint8_t u8() { return read<std::uint8_t>(); }
  [[nodiscard]] std::uint16_t u16() { return read<std::uint16_t>(); }
  [[nodiscard]] std::uint32_t u32() { return read<std::uint32_t>(); }
  [[nodiscard]] std::uint64_t u64() { return read<std::uint64_t>(); }

  // DWARF 5 section 7.6. More than 64 significant bits, or more than 10 bytes, is a failure.
  [[nodiscard]] std::uint64_t uleb128() {
    if (position_ < data_.size() && data_[position_] < 0x80) return data_[position_++];
    return advance(decode_uleb128(rest()));
  }
  [[nodiscard]] std::int64_t sleb128() {
    return static_cast<std::int64_t>(advance(decode_sleb128(rest())));
  }
  // Up to the next NUL, which is consumed and not part of the result; no NUL within size_max is a
  // failure.
  [[nodiscard]] std::string_view cstring(std::size_t size_max);
  // Exactly `count` bytes, or none and a failure.
  [[nodiscard]] Bytes bytes(std::uint64_t count) {
    if (count > remaining()) {
      fail();
      return {};
    }
    const Bytes result = data_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return result;
  }
  // A reader over the next `count` bytes, which this one skips. It can only narrow.
  [[nodiscard]] ByteReader sub(std::uint64_t count) { return ByteReader(bytes(count), order_); }
  void skip(std::uint64_t count) { static_cast<void>(bytes(count)); }
  // Moves to the next multiple of `alignment` (a power of two), counted from the reader's start.
  void align(std::size_t alignment);
  // Moves to `offset`, counted from the reader's start; past the end is a failure.
  void seek(std::uint64_t offset);
  void fail() {
    if (!failed_) failed_at_ = position_;
    failed_ = true;
    position_ = data_.size();
  }

  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] bool at_end() const { return position_ == data_.size(); }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return data_.size() - position_; }
  [[nodiscard]] Bytes rest() const { return data_.subspan(position_); }
  [[nodiscard]] std::endian order() const { return order_; }

  // OK, or kMalformed: "WHAT: truncated at offset N", N being where the failing read began.
  [[nodiscard]] Status finish(std::string_view what) const;

 private:
  // Values in and out, no pointer to the reader: so that a reader in a loop stays in registers.
  struct Leb128 {
    std::uint64_t value;
    std::size_t size;  // 0: malformed
  };
  static Leb128 decode_uleb128(Bytes data);
  static Leb128 decode_sleb128(Bytes data);
  std::uint64_t advance(Leb128 leb) {
    if (leb.size == 0) fail();
    position_ += leb.size;
    return leb.value;
  }

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
