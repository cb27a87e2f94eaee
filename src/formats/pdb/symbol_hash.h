// SPDX-License-Identifier: Apache-2.0
// The hash tables that find global symbols by name (microsoft-pdb, gsi.cpp): records of (offset in
// the symbol record stream + 1, reference count), a bit for each bucket that has any, and where
// those buckets' records begin, counted in 12 bytes, the size of a record in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sigla::pdb {

struct GlobalSymbol {
  std::string name;
  std::uint32_t offset = 0;  // of its record
};

// The stream of global symbols.
Buffer write_global_hash(std::vector<GlobalSymbol> symbols);
// The stream of public symbols: the same behind a header, then their offsets by address.
Buffer write_public_hash(std::vector<GlobalSymbol> symbols);

}  // namespace sigla::pdb
