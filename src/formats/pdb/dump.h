// SPDX-License-Identifier: Apache-2.0
// A PDB as stable text: for golden tests, and to compare with llvm-pdbutil.
#pragma once

#include <string>

#include "formats/pdb/container.h"

namespace sigla::pdb {

// Container, info stream, DBI header, modules and sources.
std::string dump(const Container& container, const Limits& limits);

// Contributions, publics, frame records, and of each module compiler, functions, lines and inlined
// calls.
std::string dump_symbols(const Container& container, const Limits& limits);

}  // namespace sigla::pdb
