// SPDX-License-Identifier: Apache-2.0
// Builds test input byte by byte, with labels for offsets that are not known yet.
//
//   BytesBuilder b;                       // little-endian unless told otherwise
//   b.text("MDMP").u32(0xa793).u32(1).ref32("directory");
//   b.mark("directory").u32(4)...
//   Buffer file = b.build();
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sigla {

class BytesBuilder {
 public:
  explicit BytesBuilder(std::endian order = std::endian::little) : order_(order) {}

  BytesBuilder& u8(std::uint64_t v) { return integer(v, 1); }
  BytesBuilder& u16(std::uint64_t v) { return integer(v, 2); }
  BytesBuilder& u32(std::uint64_t v) { return integer(v, 4); }
  BytesBuilder& u64(std::uint64_t v) { return integer(v, 8); }
  BytesBuilder& uleb(std::uint64_t v);
  BytesBuilder& sleb(std::int64_t v);
  BytesBuilder& text(std::string_view v) { return bytes(as_bytes(v)); }
  BytesBuilder& cstring(std::string_view v) { return text(v).u8(0); }
  BytesBuilder& utf16(std::string_view ascii);
  BytesBuilder& bytes(Bytes v);
  BytesBuilder& zeros(std::size_t count);
  BytesBuilder& align(std::size_t alignment);

  // Names the current offset; ref32/ref64 write the offset of a label, named before or after.
  BytesBuilder& mark(std::string label);
  BytesBuilder& ref32(std::string label, std::int64_t addend = 0);
  BytesBuilder& ref64(std::string label, std::int64_t addend = 0);

  std::size_t size() const { return data_.size(); }
  // Requires: every label that was referred to was marked.
  Buffer build() const;

 private:
  struct Reference {
    std::size_t position;
    std::size_t width;
    std::string label;
    std::int64_t addend;
  };
  BytesBuilder& integer(std::uint64_t v, std::size_t width);
  static void store(std::uint64_t v, std::size_t width, std::endian order, std::uint8_t* out);

  std::endian order_;
  Buffer data_;
  std::map<std::string, std::size_t> labels_;
  std::vector<Reference> references_;
};

}  // namespace sigla
