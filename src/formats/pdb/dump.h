// SPDX-License-Identifier: Apache-2.0
// Container, info stream, DBI header, modules and sources of a PDB as stable text: for golden
// tests, and to compare with llvm-pdbutil.
#pragma once

#include <string>

#include "formats/pdb/container.h"

namespace sigla::pdb {

std::string dump(const Container& container, const Limits& limits);

}  // namespace sigla::pdb
