// SPDX-License-Identifier: Apache-2.0
// How the value of an attribute is stored (DWARF 5 section 7.5.5 and 7.5.6): what each form takes
// in bytes, and its value as one number.
#pragma once

#include <cstdint>

#include "base/byte_reader.h"
#include "formats/dwarf/raw.h"

namespace sigla::dwarf {

// What a unit's header says about the numbers in the unit.
struct Encoding {
  std::uint16_t version = 4;
  std::uint8_t address_size = 8;
  std::uint8_t offset_size = 4;  // 8 in 64-bit DWARF

  friend bool operator==(const Encoding&, const Encoding&) = default;
};

enum class FormShape : std::uint8_t {
  kFixed,     // form_size() bytes
  kLeb128,    // a LEB128
  kString,    // up to a NUL
  kBlock1,    // a size in one byte, and so many bytes
  kBlock2,    // ... in two
  kBlock4,    // ... in four
  kBlock,     // ... as ULEB128
  kIndirect,  // its form as ULEB128, and its value
  kIndexAndOffset,
  kUnknown,
};
FormShape shape_of(std::uint64_t form);
// Of a form of shape kFixed.
std::uint32_t form_size(std::uint64_t form, Encoding encoding);

// An integer of 1 to 8 bytes, as the indexes of three bytes need it.
inline std::uint64_t read_unsigned(ByteReader& reader, std::uint32_t size) {
  switch (size) {
    case 1:
      return reader.u8();
    case 2:
      return reader.u16();
    case 4:
      return reader.u32();
    case 8:
      return reader.u64();
    default: {
      std::uint64_t value = 0;
      const Bytes bytes = reader.bytes(size);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t from = reader.order() == std::endian::big ? i : bytes.size() - 1 - i;
        value = value << 8 | bytes[from];
      }
      return value;
    }
  }
}

// Addresses, constants, flags, offsets, references and indexes as the number that is stored; a
// string in place as the reader's position at it; 0 for blocks. DW_FORM_LLVM_addrx_offset: the
// index, and the offset from bit 32 on. An unknown form fails the reader.
std::uint64_t read_form(ByteReader& reader, std::uint64_t form, Encoding encoding);
inline void skip_form(ByteReader& reader, std::uint64_t form, Encoding encoding) {
  static_cast<void>(read_form(reader, form, encoding));
}

}  // namespace sigla::dwarf
