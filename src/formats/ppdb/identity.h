// SPDX-License-Identifier: Apache-2.0
// What a Portable PDB is and what it is looked up by: the debug id is the GUID of the #Pdb stream's
// id with its stamp as the age. It has no machine and no symbols of its own (names are the
// image's).
#pragma once

#include <string_view>

#include "formats/ppdb/sources.h"
#include "ident/identity.h"

namespace sigla::ppdb {

struct IdentifiedPdb {
  Identity identity;
  Sources sources;  // borrows the file
};

Result<IdentifiedPdb> identify_ppdb(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla::ppdb
