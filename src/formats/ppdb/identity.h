// SPDX-License-Identifier: Apache-2.0
// What a Portable PDB is and what it is looked up by: the debug id is the GUID of the #Pdb stream's
// id with its stamp as the age. It has no machine and no symbols of its own (names are the
// image's).
#pragma once

#include <string_view>

#include "formats/ppdb/documents.h"
#include "formats/ppdb/sources.h"
#include "ident/identity.h"

namespace sigla::ppdb {

struct IdentifiedPdb {
  Identity identity;
  std::vector<DocumentInfo> documents;  // every row; borrows the file, as do the sources
  Sources sources;
};

Result<IdentifiedPdb> identify_ppdb(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::ppdb
