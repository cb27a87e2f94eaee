// SPDX-License-Identifier: Apache-2.0
// The strings of a symcache while it is written: each text is stored once, as its length (ULEB128)
// and its bytes. Offset 0 is the empty text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sigla::symcache {

class StringTable {
 public:
  StringTable() : bytes_(1, 0) {}

  // The offset of the text, which is added when it is new; 0 once the table is full.
  std::uint32_t add(std::string_view text);
  // More than 4 GiB of text was added: offsets do not reach it.
  bool overflowed() const { return overflowed_; }
  std::string_view get(std::uint32_t offset) const { return read(bytes_, offset); }
  const Buffer& bytes() const { return bytes_; }

  // The text at `offset` of such a table; empty when the offset is not inside.
  static std::string_view read(Bytes table, std::uint32_t offset);

 private:
  struct Slot {
    std::uint32_t offset = 0;  // 0: free
    std::uint32_t hash = 0;
  };
  void grow();

  Buffer bytes_;
  std::vector<Slot> slots_;  // open addressing, size a power of two
  std::size_t count_ = 0;
  bool overflowed_ = false;
};

}  // namespace sigla::symcache
