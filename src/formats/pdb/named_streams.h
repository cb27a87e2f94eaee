// SPDX-License-Identifier: Apache-2.0
// The hash tables of a PDB as they are written: names of streams, and the hashes names are found by
// (microsoft-pdb, misc.h "LHashPbCb"; map.h). Readers of ours walk tables instead of hashing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_writer.h"

namespace sigla::pdb {

// Version 1 of the hash of a name, ASCII case ignored.
std::uint32_t hash_name(std::string_view name);

// A table of fixed-size entries with linear probing, as microsoft-pdb's Map serialises it: u32
// count, u32 capacity, bits of the buckets that are taken, bits of those deleted, then the entries.
struct HashEntry {
  std::uint32_t hash = 0;
  Buffer bytes;  // key and value
};
void write_hash_table(std::span<const HashEntry> entries, ByteWriter& out);

// u32 size of the names, names, table of (offset of the name, stream).
void write_named_streams(std::span<const std::pair<std::string, std::uint32_t>> names,
                         ByteWriter& out);

}  // namespace sigla::pdb
