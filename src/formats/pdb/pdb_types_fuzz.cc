// SPDX-License-Identifier: Apache-2.0
// A type stream and an id stream (one behind the other, split where the first byte says), and the
// name of every record.
#include <cstddef>
#include <cstdint>

#include "formats/pdb/type_names.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace pdb = sigla::pdb;
  if (size == 0) return 0;
  const sigla::Bytes input(data + 1, size - 1);
  const std::size_t types_size = input.size() * data[0] / 255;
  auto types = pdb::TypeStream::open(pdb::StreamBytes(input.first(types_size)));
  auto ids = pdb::TypeStream::open(pdb::StreamBytes(input.subspan(types_size)));
  const pdb::TypeStream none;
  sigla::Limits limits;
  limits.type_depth_max = 16;
  limits.symbol_name_size_max = 4'096;
  const pdb::TypeStream& type_stream = types.has_value() ? types.value() : none;
  const pdb::TypeStream& id_stream = ids.has_value() ? ids.value() : none;
  pdb::TypeNames names(type_stream, id_stream, limits);
  // Each level adds to the text that all levels below it left.
  const std::size_t size_max =
      (limits.symbol_name_size_max + UINT16_MAX) * std::size_t{limits.type_depth_max};
  for (std::uint32_t i = 0; i < 64; ++i) {
    pdb::Procedure procedure;
    procedure.type = type_stream.first_index() + i;
    SIGLA_CHECK(names.type(procedure.type).size() <= size_max);
    SIGLA_CHECK(names.parameters(procedure).size() <= size_max);
    procedure.type = id_stream.first_index() + i;
    procedure.type_is_id = true;
    SIGLA_CHECK(names.function(procedure.type).size() <= size_max);
    SIGLA_CHECK(names.parameters(procedure).size() <= size_max);
  }
  return 0;
}
