// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/symbol_hash.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/byte_writer.h"
#include "base/text.h"
#include "formats/pdb/named_streams.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kBucketCount = 4096;
constexpr std::uint32_t kHashVersion = 0xeffe'0000 + 19'990'810;
constexpr std::uint32_t kRecordSizeInMemory = 12;

}  // namespace

Buffer write_global_hash(std::vector<GlobalSymbol> symbols) {
  const auto order = [](const GlobalSymbol& symbol) {
    return std::tuple(hash_name(symbol.name) % kBucketCount,
                      symbol.name.size(),
                      lower(symbol.name),
                      symbol.offset);
  };
  std::sort(symbols.begin(), symbols.end(), [&](const GlobalSymbol& a, const GlobalSymbol& b) {
    return order(a) < order(b);
  });
  ByteWriter records;
  ByteWriter starts;
  std::array<std::uint32_t, (kBucketCount + 32) / 32> taken{};
  std::uint32_t last_bucket = kBucketCount;
  for (std::uint32_t i = 0; i < symbols.size(); ++i) {
    const std::uint32_t bucket = hash_name(symbols[i].name) % kBucketCount;
    if (bucket != last_bucket) starts.u32(i * kRecordSizeInMemory);
    last_bucket = bucket;
    taken[bucket / 32] |= 1U << bucket % 32;
    records.u32(symbols[i].offset + 1).u32(1);
  }
  ByteWriter buckets;
  if (!symbols.empty()) {
    for (const std::uint32_t word : taken) buckets.u32(word);
    buckets.bytes(starts.data());
  }
  ByteWriter out;
  out.u32(UINT32_MAX).u32(kHashVersion);
  out.u32(static_cast<std::uint32_t>(records.size()));
  out.u32(static_cast<std::uint32_t>(buckets.size()));
  out.bytes(records.data()).bytes(buckets.data());
  return std::move(out).take();
}

Buffer write_public_hash(std::vector<GlobalSymbol> symbols) {
  ByteWriter addresses;
  for (const GlobalSymbol& symbol : symbols) addresses.u32(symbol.offset);
  const Buffer hash = write_global_hash(std::move(symbols));
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(hash.size()));
  out.u32(static_cast<std::uint32_t>(addresses.size()));
  out.zeros(20);  // no thunks, no sections
  out.bytes(hash).bytes(addresses.data());
  return std::move(out).take();
}

}  // namespace sigla::pdb
