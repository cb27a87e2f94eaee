// SPDX-License-Identifier: Apache-2.0
// Appends little-endian values to bytes it owns, for the formats we write.
//
//   ByteWriter out;
//   out.u32(kSignature).u16(count).text("name").u8(0);
//   out.set_u32(0, out.size());        // a size that is known only now
//   Buffer bytes = std::move(out).take();
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace sigla {

class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value) { return put(value); }
  ByteWriter& u16(std::uint16_t value) { return put(value); }
  ByteWriter& u32(std::uint32_t value) { return put(value); }
  ByteWriter& u64(std::uint64_t value) { return put(value); }
  ByteWriter& bytes(Bytes value) {
    data_.insert(data_.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& text(std::string_view value) { return bytes(as_bytes(value)); }
  ByteWriter& cstring(std::string_view value) { return text(value).u8(0); }
  ByteWriter& zeros(std::size_t count) {
    data_.resize(data_.size() + count);
    return *this;
  }
  // Zeros up to a multiple of `alignment`.
  ByteWriter& align(std::size_t alignment) {
    return zeros((alignment - data_.size() % alignment) % alignment);
  }

  // Requires: the four bytes at `offset` were written.
  void set_u32(std::size_t offset, std::uint32_t value) {
    SIGLA_CHECK(offset <= data_.size() && data_.size() - offset >= 4);
    for (unsigned i = 0; i < 4; ++i) data_[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
  }
  void set_u16(std::size_t offset, std::uint16_t value) {
    SIGLA_CHECK(offset <= data_.size() && data_.size() - offset >= 2);
    for (unsigned i = 0; i < 2; ++i) data_[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
  }

  std::size_t size() const { return data_.size(); }
  bool empty() const { return data_.empty(); }
  const Buffer& data() const { return data_; }
  Buffer take() && { return std::move(data_); }

 private:
  template <std::unsigned_integral T>
  ByteWriter& put(T value) {
    for (unsigned i = 0; i < sizeof(T); ++i) {
      data_.push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> 8 * i));
    }
    return *this;
  }

  Buffer data_;
};

}  // namespace sigla
