// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/eh_pointer.h"

namespace sigla::dwarf {

std::optional<std::uint64_t> read_eh_value(ByteReader& reader,
                                           std::uint8_t encoding,
                                           std::uint8_t address_size) {
  const auto extend = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  switch (encoding & 0x0f) {
    case DW_EH_PE_absptr:
      return address_size == 4 ? reader.u32() : reader.u64();
    case DW_EH_PE_signed:
      return address_size == 4 ? extend(static_cast<std::int32_t>(reader.u32())) : reader.u64();
    case DW_EH_PE_uleb128:
      return reader.uleb128();
    case DW_EH_PE_sleb128:
      return extend(reader.sleb128());
    case DW_EH_PE_udata2:
      return reader.u16();
    case DW_EH_PE_sdata2:
      return extend(static_cast<std::int16_t>(reader.u16()));
    case DW_EH_PE_udata4:
      return reader.u32();
    case DW_EH_PE_sdata4:
      return extend(static_cast<std::int32_t>(reader.u32()));
    case DW_EH_PE_udata8:
    case DW_EH_PE_sdata8:
      return reader.u64();
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> read_eh_pointer(ByteReader& reader,
                                             std::uint8_t encoding,
                                             const EhBases& bases) {
  if (encoding == DW_EH_PE_omit) return std::nullopt;
  std::uint64_t base = 0;
  switch (encoding & 0x70) {
    case 0:
      break;
    case DW_EH_PE_pcrel:
      base = bases.pc + reader.position();
      break;
    case DW_EH_PE_textrel:
      base = bases.text;
      break;
    case DW_EH_PE_datarel:
      base = bases.data;
      break;
    case DW_EH_PE_funcrel:
      base = bases.function;
      break;
    case DW_EH_PE_aligned: {
      const std::uint64_t past = (bases.pc + reader.position()) % bases.address_size;
      if (past != 0) reader.skip(bases.address_size - past);
      break;
    }
    default:
      return std::nullopt;
  }
  const auto value = read_eh_value(reader, encoding, bases.address_size);
  if (!value) return std::nullopt;
  const std::uint64_t address = base + *value;
  return bases.address_size == 4 ? address & 0xffffffffU : address;
}

}  // namespace sigla::dwarf
