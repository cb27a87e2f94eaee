// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_evidence.h"

#include <algorithm>

namespace sigla {

const MemoryRegion* CrashEvidence::region_at(std::uint64_t address) const {
  for (const auto* list : {&memory, &memory64}) {
    if (!*list) continue;
    if (const MemoryRegion* region = (*list)->find(address)) return region;
  }
  if (const MemoryRegion* region = dumped.find(address)) return region;
  for (const auto* list : {&stacks, &images}) {
    const auto found = std::ranges::find_if(
        *list, [address](const MemoryRegion& region) { return region.contains(address); });
    if (found != list->end()) return &*found;
  }
  return nullptr;
}

Bytes CrashEvidence::bytes_at(std::uint64_t address) const {
  const MemoryRegion* region = region_at(address);
  return region == nullptr ? Bytes() : region->bytes.subspan(address - region->base);
}

std::optional<std::uint64_t> CrashEvidence::read(std::uint64_t address, std::size_t size) const {
  const MemoryRegion* region = region_at(address);
  return region == nullptr ? std::nullopt : region->read(address, size);
}

const MemoryMapping* CrashEvidence::mapping_at(std::uint64_t address) const {
  if (!mappings) return nullptr;
  auto after = std::upper_bound(
      mappings->begin(), mappings->end(), address, [](std::uint64_t a, const MemoryMapping& m) {
        return a < m.begin;
      });
  if (after == mappings->begin()) return nullptr;
  --after;
  return after->contains(address) ? &*after : nullptr;
}

}  // namespace sigla
