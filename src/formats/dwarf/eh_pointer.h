// SPDX-License-Identifier: Apache-2.0
// The pointers of .eh_frame, whose size and base an encoding byte tells (Linux Standard Base,
// section 10.5; "DWARF exception header encoding").
//
//   low 4 bits: how it is stored      0x70: what it counts from      0x80: lies at the address
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_reader.h"

namespace sigla::dwarf {

inline constexpr std::uint8_t DW_EH_PE_absptr = 0x00;
inline constexpr std::uint8_t DW_EH_PE_uleb128 = 0x01;
inline constexpr std::uint8_t DW_EH_PE_udata2 = 0x02;
inline constexpr std::uint8_t DW_EH_PE_udata4 = 0x03;
inline constexpr std::uint8_t DW_EH_PE_udata8 = 0x04;
inline constexpr std::uint8_t DW_EH_PE_signed = 0x08;
inline constexpr std::uint8_t DW_EH_PE_sleb128 = 0x09;
inline constexpr std::uint8_t DW_EH_PE_sdata2 = 0x0a;
inline constexpr std::uint8_t DW_EH_PE_sdata4 = 0x0b;
inline constexpr std::uint8_t DW_EH_PE_sdata8 = 0x0c;
inline constexpr std::uint8_t DW_EH_PE_pcrel = 0x10;
inline constexpr std::uint8_t DW_EH_PE_textrel = 0x20;
inline constexpr std::uint8_t DW_EH_PE_datarel = 0x30;
inline constexpr std::uint8_t DW_EH_PE_funcrel = 0x40;
inline constexpr std::uint8_t DW_EH_PE_aligned = 0x50;
inline constexpr std::uint8_t DW_EH_PE_indirect = 0x80;
inline constexpr std::uint8_t DW_EH_PE_omit = 0xff;

// What a pointer may count from.
struct EhBases {
  std::uint8_t address_size = 8;
  std::uint64_t pc = 0;  // address of the reader's first byte
  std::uint64_t text = 0;
  std::uint64_t data = 0;
  std::uint64_t function = 0;
};

// The stored value, without its base. Nothing when the encoding does not exist; whether the bytes
// were there is the reader's business.
std::optional<std::uint64_t> read_eh_value(ByteReader& reader,
                                           std::uint8_t encoding,
                                           std::uint8_t address_size);

// The address it stands for, of `address_size` bytes. Of an indirect one that is where the pointer
// lies. Nothing for DW_EH_PE_omit and encodings that do not exist.
std::optional<std::uint64_t> read_eh_pointer(ByteReader& reader,
                                             std::uint8_t encoding,
                                             const EhBases& bases);

}  // namespace sigla::dwarf
