// SPDX-License-Identifier: Apache-2.0
// The symbol records of one managed module: methods with their scopes, locals, constants, imports
// and blobs. Borrows the records; what it fills owns its texts.
#pragma once

#include <vector>

#include "base/diagnostics.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/pdb/symbols.h"

namespace sigla::pdb {

// A method and where its code is said to be, by which its lines are found.
struct PlacedMethod {
  ManagedMethod method;
  SectionOffset start;
};

// Calls add() for each method. Scopes deeper than kScopeDepthMax are left out.
inline constexpr std::size_t kScopeDepthMax = 512;
std::vector<PlacedMethod> read_managed_methods(Bytes symbols, Diagnostics& diagnostics);

}  // namespace sigla::pdb
