// SPDX-License-Identifier: Apache-2.0
// The checksum of a Portable PDB as the image it belongs to records it (debug directory entry of
// type 19), and debuggers send it as SymbolChecksum: the hash of the file with its 20-byte id set
// to zero (dotnet/runtime, PE-COFF.md, "PDB Checksum Debug Directory Entry").
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

namespace sigla::ppdb {

// Lower-case hexadecimal. `algorithm` is "SHA1", "SHA256", "SHA384" or "SHA512", in any case;
// kUnsupported for another, and the errors of Metadata::open().
Result<std::string> pdb_checksum(Bytes file, std::string_view algorithm, const Limits& limits);

}  // namespace sigla::ppdb
