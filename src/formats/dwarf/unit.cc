// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/unit.h"

namespace sigla::dwarf {

Result<Unit> read_unit_header(ByteReader& reader) {
  Unit unit;
  unit.offset = reader.position();
  std::uint64_t length = reader.u32();
  if (length == 0xffffffff) {
    unit.encoding.offset_size = 8;
    length = reader.u64();
  } else if (length >= 0xfffffff0) {
    return malformed("unit: reserved length {:#x} at offset {:#x}", length, unit.offset);
  }
  const std::size_t start = reader.position();
  ByteReader body = reader.sub(length);
  SIGLA_TRY(reader.finish("unit"));
  unit.end = start + length;
  const auto at = [&] { return start + body.position(); };

  unit.encoding.version = body.u16();
  if (body.ok() && (unit.encoding.version < 2 || unit.encoding.version > 5)) {
    return make_error(ErrorCode::kUnsupported,
                      "unit at offset {:#x}: DWARF version {}",
                      unit.offset,
                      unit.encoding.version);
  }
  const std::uint32_t offset_size = unit.encoding.offset_size;
  if (unit.encoding.version >= 5) {
    unit.type = static_cast<UnitType>(body.u8());
    unit.encoding.address_size = body.u8();
    unit.abbrev_offset = read_unsigned(body, offset_size);
    if (unit.type == DW_UT_skeleton || unit.type == DW_UT_split_compile) unit.dwo_id = body.u64();
    if (unit.type == DW_UT_type || unit.type == DW_UT_split_type) body.skip(8 + offset_size);
  } else {
    unit.abbrev_offset = read_unsigned(body, offset_size);
    unit.encoding.address_size = body.u8();
  }
  if (!body.ok()) {
    return make_error(
        ErrorCode::kUnsupported, "unit at offset {:#x}: truncated header", unit.offset);
  }
  const std::uint8_t size = unit.encoding.address_size;
  if (size != 2 && size != 4 && size != 8) {
    return make_error(
        ErrorCode::kUnsupported, "unit at offset {:#x}: addresses of {} bytes", unit.offset, size);
  }
  unit.first_die = at();
  return unit;
}

}  // namespace sigla::dwarf
