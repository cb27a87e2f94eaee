// SPDX-License-Identifier: Apache-2.0
// The stream of one module (object file): its symbols and lines. Owns the stream's bytes.
//
// u32 signature, symbol records, C11 line information, C13 line information, references to global
// symbols; the sizes stand in the DBI stream.
#pragma once

#include "formats/pdb/dbi_stream.h"

namespace sigla::pdb {

struct ModuleStream {
  StreamBytes content;
  Bytes symbols;
  Bytes c11_lines;
  Bytes c13_lines;
};

// A module without a stream has empty parts.
Result<ModuleStream> read_module_stream(const Container& container, const Module& module);

}  // namespace sigla::pdb
