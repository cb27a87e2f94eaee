// SPDX-License-Identifier: Apache-2.0
// Reads a Windows PDB of managed code; of C++/CLI the managed methods. What comes out owns its
// bytes.
//
// Methods are found in the modules' streams (one module a type, but for C++/CLI), their tokens
// translated where an obfuscator or the linker left a map of them (debug header slot 6: for each
// row of MethodDef the row it became). A document is a name of "/names" that lines refer to.
#pragma once

#include "base/diagnostics.h"
#include "base/limits.h"
#include "formats/pdb/container.h"
#include "formats/pdb/managed_pdb.h"

namespace sigla::pdb {

// Records that cannot be read are left out and reported. kMalformed when the container or the list
// of modules is damaged. A native PDB has no methods.
Result<ManagedPdb> read_managed_pdb(Bytes file, const Limits& limits, Diagnostics& diagnostics);

}  // namespace sigla::pdb
