// SPDX-License-Identifier: Apache-2.0
// All DWARF sections in one run of bytes, for the fuzzers and the tests that keep one file of them:
//
//   flags 1             bit 0: big-endian
//   sizes 12 x 3 bytes  of the sections in the order of Sections, little-endian
//   the sections, the last one up to the end
#pragma once

#include "formats/dwarf/sections.h"

namespace sigla::dwarf {

// Borrows `data`. Sizes that go too far are cut.
inline Sections unpack_sections(Bytes data) {
  Sections sections;
  const std::size_t head = 1 + 12 * 3;
  if (data.size() < head) return sections;
  if ((data[0] & 1U) != 0) sections.order = std::endian::big;
  Bytes* const parts[] = {&sections.info,
                          &sections.types,
                          &sections.abbrev,
                          &sections.str,
                          &sections.line_str,
                          &sections.str_offsets,
                          &sections.addr,
                          &sections.line,
                          &sections.ranges,
                          &sections.rnglists,
                          &sections.cu_index,
                          &sections.tu_index};
  std::size_t at = head;
  for (std::size_t i = 0; i < 12; ++i) {
    const Bytes raw = data.subspan(1 + 3 * i, 3);
    const std::size_t size =
        raw[0] | static_cast<std::size_t>(raw[1]) << 8 | static_cast<std::size_t>(raw[2]) << 16;
    const std::size_t taken = std::min(size, data.size() - at);
    *parts[i] = data.subspan(at, taken);
    at += taken;
  }
  return sections;
}

}  // namespace sigla::dwarf
