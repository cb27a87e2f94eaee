// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/bit_flips.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

constexpr std::uint64_t kMapped = 0x7f0000400000;

CrashEvidence evidence_of(std::uint64_t nearby = 0) {
  CrashEvidence evidence;
  MemoryMapping mapping;
  mapping.begin = kMapped;
  mapping.end = kMapped + 0x1000;
  mapping.readable = true;
  evidence.mappings = {mapping};
  CpuContext& context = evidence.exception.emplace().context.emplace();
  context.arch = Arch::kX86_64;
  context.registers.fill(0x1234567);
  if (nearby != 0) context.registers[kRax] = nearby;
  return evidence;
}

BitFlipSearch search_of(std::uint64_t address) {
  BitFlipSearch search;
  search.address = address;
  return search;
}

TEST(FindBitFlips, FindsMappedMemoryOneBitAway) {
  const auto flips = find_bit_flips(search_of((kMapped + 8) ^ (1ULL << 40U)), evidence_of());
  ASSERT_EQ(flips.size(), 1U);
  EXPECT_EQ(flips[0].address, kMapped + 8);
  EXPECT_FLOAT_EQ(flips[0].confidence, 0.25F);
  EXPECT_TRUE(find_bit_flips(search_of((kMapped + 8) ^ (3ULL << 40U)), evidence_of()).empty())
      << "two bits away";
}

TEST(FindBitFlips, FindsNothingWhereAccessIsPossibleOrJustMissed) {
  EXPECT_TRUE(find_bit_flips(search_of(kMapped), evidence_of()).empty());
  BitFlipSearch next = search_of(kMapped + 0x1000);
  next.access_size = 8;
  EXPECT_TRUE(find_bit_flips(next, evidence_of()).empty());
  BitFlipSearch write = search_of(kMapped ^ (1ULL << 40U));
  write.operation = MemoryOperation::kWrite;
  EXPECT_TRUE(find_bit_flips(write, evidence_of()).empty()) << "not writable there";
}

TEST(FindBitFlips, BelievesNullLessWhenTheAddressIsLow) {
  const auto low = find_bit_flips(search_of(0x1000), evidence_of());
  ASSERT_EQ(low.size(), 1U);
  EXPECT_TRUE(low[0].is_null);
  EXPECT_TRUE(low[0].was_low);
  EXPECT_FLOAT_EQ(low[0].confidence, 1.0F - 0.75F * 0.75F);
  const auto high = find_bit_flips(search_of(1ULL << 30U), evidence_of());
  ASSERT_EQ(high.size(), 1U);
  EXPECT_FLOAT_EQ(high[0].confidence, 1.0F - 0.75F * 0.5F);
}

TEST(FindBitFlips, WeighsRegisters) {
  const auto near = find_bit_flips(search_of(kMapped ^ (1ULL << 40U)), evidence_of(kMapped + 64));
  EXPECT_EQ(near.at(0).nearby_registers, 1U);
  EXPECT_FLOAT_EQ(near.at(0).confidence, 1.0F - 0.75F * 0.5F);
  const auto poisoned =
      find_bit_flips(search_of(kMapped ^ (1ULL << 40U)), evidence_of(0xe5e5e5e5e5e5e5e5U));
  EXPECT_TRUE(poisoned.at(0).has_poison_registers);
  EXPECT_FLOAT_EQ(poisoned.at(0).confidence, 0.125F);
}

TEST(FindBitFlips, FlipsOnlyUpperBitsOfNonCanonicalAddresses) {
  BitFlipSearch search = search_of(kMapped ^ (1ULL << 60U));
  search.is_non_canonical = true;
  const auto flips = find_bit_flips(search, evidence_of());
  ASSERT_EQ(flips.size(), 1U);
  EXPECT_TRUE(flips[0].was_non_canonical);
  EXPECT_FLOAT_EQ(flips[0].confidence, 1.0F - 0.75F * 0.1F);
  search.is_non_canonical = false;
  EXPECT_TRUE(find_bit_flips(search, evidence_of()).empty());
}

}  // namespace
}  // namespace sigla
