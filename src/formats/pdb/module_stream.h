// SPDX-License-Identifier: Apache-2.0
// The stream of one module (object file): its symbols and lines. Owns the stream's bytes.
//
// u32 signature, symbol records, C11 line information, C13 line information, references to global
// symbols; the sizes stand in the DBI stream.
#pragma once

#include "base/byte_reader.h"
#include "formats/pdb/dbi_stream.h"

namespace sigla::pdb {

struct ModuleStream {
  StreamBytes content;
  Bytes symbols;
  Bytes c11_lines;
  Bytes c13_lines;
};

// Calls visit(kind, data) for each subsection of C13 line information.
template <typename Visitor>
void for_each_subsection(Bytes c13_lines, Visitor&& visit) {
  ByteReader reader(c13_lines);
  while (!reader.at_end()) {
    const std::uint32_t kind = reader.u32();
    const std::uint32_t size = reader.u32();
    const Bytes data = reader.bytes(size);
    if (!reader.ok()) return;
    visit(kind, data);
    reader.align(4);
  }
}

// A module without a stream has empty parts.
Result<ModuleStream> read_module_stream(const Container& container, const Module& module);

}  // namespace sigla::pdb
