// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/section_contributions.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t DBISCImpvV60 = 0xeffe0000U + 19'970'605U;
constexpr std::uint32_t DBISCImpv2 = 0xeffe0000U + 20'140'516U;
constexpr std::size_t kEntrySize = 28;
constexpr std::size_t kEntrySize2 = 32;

}  // namespace

SectionContributions::SectionContributions(Bytes raw, const AddressMap& map) {
  ByteReader reader(raw);
  const std::uint32_t version = reader.u32();
  if (version != DBISCImpvV60 && version != DBISCImpv2) return;
  const std::size_t entry_size = version == DBISCImpv2 ? kEntrySize2 : kEntrySize;
  contributions_.reserve(reader.remaining() / entry_size);
  while (reader.remaining() >= entry_size) {
    ByteReader entry = reader.sub(entry_size);
    SectionOffset start;
    start.section = entry.u16();
    entry.skip(2);
    start.offset = entry.u32();
    const std::uint32_t size = entry.u32();
    entry.skip(4);  // characteristics
    const std::uint16_t module = entry.u16();
    const auto range = map.range(start, size);
    if (range && range->low < range->high) contributions_.push_back({*range, module});
  }
  const auto before = [](const Contribution& a, const Contribution& b) {
    return a.range.low < b.range.low;
  };
  if (!std::is_sorted(contributions_.begin(), contributions_.end(), before)) {
    std::stable_sort(contributions_.begin(), contributions_.end(), before);
  }
  for (std::size_t i = 1; i < contributions_.size(); ++i) {
    RvaRange& previous = contributions_[i - 1].range;
    previous.high = std::min(previous.high, contributions_[i].range.low);
  }
}

std::optional<Contribution> SectionContributions::find(std::uint32_t rva) const {
  const auto after = std::upper_bound(contributions_.begin(),
                                      contributions_.end(),
                                      rva,
                                      [](std::uint32_t key, const Contribution& contribution) {
                                        return key < contribution.range.low;
                                      });
  if (after == contributions_.begin() || rva >= (after - 1)->range.high) return std::nullopt;
  return *(after - 1);
}

}  // namespace sigla::pdb
