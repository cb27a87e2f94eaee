// SPDX-License-Identifier: Apache-2.0
// A Windows PDB of managed code as a Portable PDB. The assembly gives the rows that a Portable PDB
// refers to: types, references, signatures. Id and stamp are kept.
#pragma once

#include "convert/managed_assembly.h"
#include "convert/pdb_conversion.h"
#include "formats/pdb/managed_pdb.h"

namespace sigla {

// The file's bytes.
Result<Buffer> to_portable_pdb(const pdb::ManagedPdb& windows,
                               const ManagedAssembly& assembly,
                               const PdbConversionOptions& options,
                               const Limits& limits,
                               ConversionLog& log);

}  // namespace sigla
