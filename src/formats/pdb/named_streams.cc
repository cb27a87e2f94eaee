// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/named_streams.h"

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

// Microsoft's growth, so that a table has the size theirs has.
std::uint32_t capacity_for(std::size_t count) {
  std::uint64_t capacity = 1;
  for (std::size_t i = 1; i <= count; ++i) {
    const std::uint64_t load_max = capacity * 2 / 3 + 1;
    if (i >= load_max) capacity = load_max * 2;
  }
  return static_cast<std::uint32_t>(capacity);
}

}  // namespace

std::uint32_t hash_name(std::string_view name) {
  ByteReader reader(as_bytes(name));
  std::uint32_t hash = 0;
  while (reader.remaining() >= 4) hash ^= reader.u32();
  if (reader.remaining() >= 2) hash ^= reader.u16();
  if (reader.remaining() >= 1) hash ^= reader.u8();
  hash |= 0x2020'2020;
  hash ^= hash >> 11U;
  return hash ^ hash >> 16U;
}

void write_hash_table(std::span<const HashEntry> entries, ByteWriter& out) {
  const std::uint32_t capacity = capacity_for(entries.size());
  std::vector<const HashEntry*> buckets(capacity);
  for (const HashEntry& entry : entries) {
    std::size_t bucket = entry.hash % capacity;
    while (buckets[bucket] != nullptr) bucket = (bucket + 1) % capacity;
    buckets[bucket] = &entry;
  }
  std::vector<std::uint32_t> taken;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == nullptr) continue;
    taken.resize(i / 32 + 1);
    taken[i / 32] |= 1U << i % 32;
  }
  out.u32(static_cast<std::uint32_t>(entries.size())).u32(capacity);
  out.u32(static_cast<std::uint32_t>(taken.size()));
  for (const std::uint32_t word : taken) out.u32(word);
  out.u32(0);
  for (const HashEntry* const entry : buckets) {
    if (entry != nullptr) out.bytes(entry->bytes);
  }
}

void write_named_streams(std::span<const std::pair<std::string, std::uint32_t>> names,
                         ByteWriter& out) {
  ByteWriter text;
  std::vector<HashEntry> entries;
  for (const auto& [name, stream] : names) {
    ByteWriter entry;
    entry.u32(static_cast<std::uint32_t>(text.size())).u32(stream);
    // The reference implementation cuts this table's hashes to 16 bits.
    entries.push_back({hash_name(name) & 0xffffU, std::move(entry).take()});
    text.cstring(name);
  }
  out.u32(static_cast<std::uint32_t>(text.size())).bytes(text.data());
  write_hash_table(entries, out);
}

}  // namespace sigla::pdb
