// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/module_stream.h"

#include "formats/pdb/raw.h"

namespace sigla::pdb {

Result<ModuleStream> read_module_stream(const Container& container, const Module& module) {
  ModuleStream parts;
  if (module.stream == kNoStream) return parts;
  SIGLA_TRY_ASSIGN(parts.content, container.read(module.stream, UINT32_MAX));
  ByteReader reader(parts.content.bytes());
  ByteReader symbols = reader.sub(module.symbols_size);
  parts.c11_lines = reader.bytes(module.c11_lines_size);
  parts.c13_lines = reader.bytes(module.c13_lines_size);
  SIGLA_TRY(reader.finish("PDB module stream"));
  if (symbols.at_end()) return parts;
  const std::uint32_t signature = symbols.u32();
  if (signature != CV_SIGNATURE_C7 && signature != CV_SIGNATURE_C11 &&
      signature != CV_SIGNATURE_C13) {
    return malformed("PDB module stream: signature {} at offset 0", signature);
  }
  parts.symbols = symbols.rest();
  return parts;
}

}  // namespace sigla::pdb
