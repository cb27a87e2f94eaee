// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.h"

#include <algorithm>

namespace sigla {

void ByteReader::fail() {
  if (!failed_) failed_at_ = position_;
  failed_ = true;
  position_ = data_.size();
}

Bytes ByteReader::bytes(std::uint64_t count) {
  if (count > remaining()) {
    fail();
    return {};
  }
  const Bytes result = data_.subspan(position_, static_cast<std::size_t>(count));
  position_ += static_cast<std::size_t>(count);
  return result;
}

std::uint64_t ByteReader::uleb128() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint8_t byte = u8();
    if (failed_) return 0;
    const std::uint64_t bits = byte & 0x7fU;
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  fail();
  return 0;
}

std::int64_t ByteReader::sleb128() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint8_t byte = u8();
    if (failed_) return 0;
    const std::uint64_t bits = byte & 0x7fU;
    if (shift == 63 && bits != 0 && bits != 0x7f) break;
    value |= bits << shift;
    if ((byte & 0x80U) == 0) {
      if (shift < 57 && (byte & 0x40U) != 0) value |= ~std::uint64_t{0} << (shift + 7);
      return static_cast<std::int64_t>(value);
    }
  }
  fail();
  return 0;
}

std::string_view ByteReader::cstring(std::size_t size_max) {
  const std::string_view text = as_text(rest());
  const std::size_t end = text.substr(0, size_max == SIZE_MAX ? size_max : size_max + 1).find('\0');
  if (end == std::string_view::npos) {
    fail();
    return {};
  }
  position_ += end + 1;
  return text.substr(0, end);
}

void ByteReader::align(std::size_t alignment) {
  const std::size_t padding = (alignment - position_ % alignment) % alignment;
  skip(padding);
}

void ByteReader::seek(std::uint64_t offset) {
  if (failed_) return;
  if (offset > data_.size()) {
    fail();
    return;
  }
  position_ = static_cast<std::size_t>(offset);
}

Status ByteReader::finish(std::string_view what) const {
  if (!failed_) return {};
  return malformed("{}: truncated at offset {}", what, failed_at_);
}

}  // namespace sigla
