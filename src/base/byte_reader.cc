// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.h"

#include <algorithm>

namespace sigla {

ByteReader::Leb128 ByteReader::decode_uleb128(Bytes data) {
  std::uint64_t value = 0;
  const std::size_t size_max = std::min<std::size_t>(data.size(), 10);
  for (std::size_t i = 0; i < size_max; ++i) {
    const std::uint64_t bits = data[i] & 0x7fU;
    if (i == 9 && bits > 1) break;
    value |= bits << (7 * i);
    if ((data[i] & 0x80U) == 0) return {value, i + 1};
  }
  return {0, 0};
}

ByteReader::Leb128 ByteReader::decode_sleb128(Bytes data) {
  std::uint64_t value = 0;
  const std::size_t size_max = std::min<std::size_t>(data.size(), 10);
  for (std::size_t i = 0; i < size_max; ++i) {
    const std::uint64_t bits = data[i] & 0x7fU;
    if (i == 9 && bits != 0 && bits != 0x7f) break;
    value |= bits << (7 * i);
    if ((data[i] & 0x80U) == 0) {
      if (i < 9 && (data[i] & 0x40U) != 0) value |= ~std::uint64_t{0} << (7 * i + 7);
      return {value, i + 1};
    }
  }
  return {0, 0};
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
