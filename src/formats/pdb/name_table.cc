// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/name_table.h"

#include "base/byte_reader.h"

namespace sigla::pdb {

Result<NameTable> NameTable::open(const Container& container, const InfoStream& info) {
  constexpr std::uint32_t kSignature = 0xeffeeffe;
  NameTable table;
  const auto stream = info.find("/names");
  if (!stream || container.stream_size(*stream) == 0) return table;
  SIGLA_TRY_ASSIGN(table.content_, container.read(*stream, UINT32_MAX));
  ByteReader reader(table.content_.bytes());
  const std::uint32_t signature = reader.u32();
  reader.skip(4);
  const std::uint32_t size = reader.u32();
  const Bytes texts = reader.bytes(size);
  SIGLA_TRY(reader.finish("PDB name table"));
  if (signature != kSignature) {
    return malformed("PDB name table: signature 0x{:x} at offset 0", signature);
  }
  table.texts_ = as_text(texts);
  return table;
}

}  // namespace sigla::pdb
