// SPDX-License-Identifier: Apache-2.0
// Writes a Windows PDB of managed code as .NET's own writer lays it out: MSF with pages of 512
// bytes, empty TPI and IPI streams, a module for each type, documents in "/src/files/", an index of
// them in "/src/headerblock". The same input gives the same bytes.
#pragma once

#include "formats/pdb/managed_pdb.h"

namespace sigla::pdb {

// kInvalidArgument for what has no place in a record (managed_module_writer.h) and lines of
// documents that are not there; kLimitExceeded past what the container can hold.
Result<Buffer> write_managed_pdb(const ManagedPdb& pdb);

}  // namespace sigla::pdb
