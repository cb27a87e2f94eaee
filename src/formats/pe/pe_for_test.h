// SPDX-License-Identifier: Apache-2.0
// Builds a PE of one section for tests: headers of 0x200 bytes, the section at RVA 0x1000.
#pragma once

#include <map>

#include "testing/bytes_builder.h"

namespace sigla::pe {

struct PeForTest {
  std::uint16_t machine = 0x8664;
  std::uint16_t characteristics = 0x2022;
  std::uint32_t time_date_stamp = 0x5a000001;
  std::uint32_t size_of_image = 0x3000;
  bool is_pe32_plus = true;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> directories;  // RVA and size
  Buffer section;                                                                // its content

  Buffer build() const {
    BytesBuilder b;
    b.text("MZ").zeros(0x3a).u32(0x40);
    b.text(std::string_view("PE\0\0", 4)).u16(machine).u16(1).u32(time_date_stamp).u32(0).u32(0);
    b.u16(is_pe32_plus ? 240 : 224).u16(characteristics);
    b.u16(is_pe32_plus ? 0x20b : 0x10b).zeros(is_pe32_plus ? 22 : 26);
    if (is_pe32_plus) {
      b.u64(0x1'8000'0000);
    } else {
      b.u32(0x40'0000);
    }
    b.zeros(24).u32(size_of_image).u32(0x200).zeros(is_pe32_plus ? 44 : 28).u32(16);
    for (std::uint32_t i = 0; i < 16; ++i) {
      const auto found = directories.find(i);
      b.u32(found == directories.end() ? 0 : found->second.first);
      b.u32(found == directories.end() ? 0 : found->second.second);
    }
    const auto size = static_cast<std::uint32_t>(section.size());
    b.text(".rdata").zeros(2).u32(size).u32(0x1000).u32(size).u32(0x200).zeros(12).u32(0x4000'0040);
    b.zeros(0x200 - b.size()).bytes(section);
    return b.build();
  }
};

// A debug directory entry whose data lies at `rva` of the section above.
inline void add_debug_entry(BytesBuilder& b,
                            std::uint32_t type,
                            std::uint32_t size,
                            std::uint32_t rva,
                            std::uint32_t stamp = 0,
                            std::uint16_t major = 0,
                            std::uint16_t minor = 0) {
  b.u32(0).u32(stamp).u16(major).u16(minor).u32(type).u32(size).u32(rva).u32(rva - 0x1000 + 0x200);
}

}  // namespace sigla::pe
