// SPDX-License-Identifier: Apache-2.0
#include "testing/bytes_builder.h"

namespace sigla {

void BytesBuilder::store(std::uint64_t v, std::size_t width, std::endian order, std::uint8_t* out) {
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t at = order == std::endian::little ? i : width - 1 - i;
    out[at] = static_cast<std::uint8_t>(v >> (8 * i));
  }
}

BytesBuilder& BytesBuilder::integer(std::uint64_t v, std::size_t width) {
  data_.resize(data_.size() + width);
  store(v, width, order_, data_.data() + data_.size() - width);
  return *this;
}

BytesBuilder& BytesBuilder::uleb(std::uint64_t v) {
  do {
    const std::uint8_t low = v & 0x7fU;
    v >>= 7U;
    u8(v != 0 ? low | 0x80U : low);
  } while (v != 0);
  return *this;
}

BytesBuilder& BytesBuilder::sleb(std::int64_t v) {
  while (true) {
    const auto low = static_cast<std::uint8_t>(v & 0x7f);
    v >>= 7;
    const bool done = (v == 0 && (low & 0x40U) == 0) || (v == -1 && (low & 0x40U) != 0);
    u8(done ? low : low | 0x80U);
    if (done) return *this;
  }
}

BytesBuilder& BytesBuilder::utf16(std::string_view ascii) {
  for (const char c : ascii) u16(static_cast<std::uint8_t>(c));
  return *this;
}

BytesBuilder& BytesBuilder::bytes(Bytes v) {
  data_.insert(data_.end(), v.begin(), v.end());
  return *this;
}

BytesBuilder& BytesBuilder::zeros(std::size_t count) {
  data_.resize(data_.size() + count);
  return *this;
}

BytesBuilder& BytesBuilder::align(std::size_t alignment) {
  return zeros((alignment - data_.size() % alignment) % alignment);
}

BytesBuilder& BytesBuilder::mark(std::string label) {
  labels_[std::move(label)] = data_.size();
  return *this;
}

BytesBuilder& BytesBuilder::ref32(std::string label, std::int64_t addend) {
  references_.push_back({data_.size(), 4, std::move(label), addend});
  return zeros(4);
}

BytesBuilder& BytesBuilder::ref64(std::string label, std::int64_t addend) {
  references_.push_back({data_.size(), 8, std::move(label), addend});
  return zeros(8);
}

Buffer BytesBuilder::build() const {
  Buffer result = data_;
  for (const Reference& reference : references_) {
    const auto found = labels_.find(reference.label);
    SIGLA_CHECK(found != labels_.end());
    const auto value =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(found->second) + reference.addend);
    store(value, reference.width, order_, result.data() + reference.position);
  }
  return result;
}

}  // namespace sigla
