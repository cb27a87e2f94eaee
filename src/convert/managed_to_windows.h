// SPDX-License-Identifier: Apache-2.0
// A Portable PDB as a Windows PDB of managed code. The assembly gives what a Portable PDB leaves to
// it: names of methods and types, sizes of code, signatures. Id and stamp are kept, the age is 1.
#pragma once

#include "convert/managed_assembly.h"
#include "convert/pdb_conversion.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/metadata.h"

namespace sigla {

Result<pdb::ManagedPdb> to_windows_pdb(const ppdb::Metadata& portable,
                                       const ManagedAssembly& assembly,
                                       const PdbConversionOptions& options,
                                       const Limits& limits,
                                       ConversionLog& log);

}  // namespace sigla
