// SPDX-License-Identifier: Apache-2.0
// The source files a PDB was compiled from, with the checksums the compiler saw, and those that a
// managed PDB carries. Owned copies.
//
// Native: DEBUG_S_FILECHKSMS of each module, records of u32 name in /names, u8 checksum size, u8
// kind, checksum, up to a multiple of four. Managed: the same without checksums, which are in the
// streams /src/files/<lower-case path>: GUIDs of language, vendor, kind and hash, u32 checksum
// size, u32 source size, checksum, source: u32 unpacked size (0: it is not packed), DEFLATE data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "formats/pdb/container.h"
#include "formats/pdb/info_stream.h"

namespace sigla::pdb {

struct SourceDocument {
  std::string path;
  Buffer checksum;  // its size says of which function
  bool is_embedded = false;
};

// Each path once, in the order of the modules. Modules that cannot be read have none.
Result<std::vector<SourceDocument>> read_documents(const Container& container,
                                                   const InfoStream& info,
                                                   const Limits& limits);

// The source of a managed PDB's document; kNotFound when it is not in the file.
Result<Buffer> read_embedded_document(const Container& container,
                                      const InfoStream& info,
                                      std::string_view path,
                                      const Limits& limits);

}  // namespace sigla::pdb
