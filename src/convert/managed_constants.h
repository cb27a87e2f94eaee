// SPDX-License-Identifier: Apache-2.0
// Constants of scopes, both ways. A Windows PDB has a value, as a numeric leaf, and the token of a
// signature where the assembly happens to have one of that type; a Portable PDB has both in one
// blob. Without a token the type is the leaf's: what was an enumeration is a number.
#pragma once

#include <optional>

#include "convert/managed_assembly.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/scopes.h"

namespace sigla {

// Nothing when a Windows PDB has no such value: a structure, a text longer than a record.
std::optional<pdb::ManagedConstant> to_windows_constant(const ppdb::ConstantSignature& constant,
                                                        const ManagedAssembly& assembly);

// Nothing when value and signature contradict each other. `value` becomes the owner of the bytes.
std::optional<ppdb::ConstantSignature> to_portable_constant(const pdb::ManagedConstant& constant,
                                                            const ManagedAssembly& assembly,
                                                            Buffer& value);

}  // namespace sigla
