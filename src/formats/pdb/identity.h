// SPDX-License-Identifier: Apache-2.0
// What a Windows PDB is and what it is looked up by.
//
// The debug id is the info stream's GUID and the DBI stream's age: `pdbstr` and incremental links
// raise only the info stream's. A PDB without a valid DBI stream goes by the info stream's age.
// A symbol is a symbol record, debug information a module with lines, unwind information frame data
// (x86; other machines keep theirs in the image).
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/pdb/sources.h"
#include "ident/identity.h"

namespace sigla::pdb {

struct IdentifiedPdb {
  Identity identity;
  Sources sources;
};

Result<IdentifiedPdb> identify_pdb(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::pdb
