// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/process_memory.h"

#include <algorithm>
#include <utility>

namespace sigla {

ProcessMemory::ProcessMemory(std::vector<MemoryRegion> regions) : regions_(std::move(regions)) {
  std::ranges::stable_sort(regions_, {}, &MemoryRegion::base);
}

const MemoryRegion* ProcessMemory::find(std::uint64_t address) const {
  const auto after = std::ranges::upper_bound(regions_, address, {}, &MemoryRegion::base);
  if (after == regions_.begin()) return nullptr;
  const MemoryRegion& region = *std::prev(after);
  return region.contains(address) ? &region : nullptr;
}

Bytes ProcessMemory::at(std::uint64_t address) const {
  const MemoryRegion* region = find(address);
  return region == nullptr
             ? Bytes()
             : region->bytes.subspan(static_cast<std::size_t>(address - region->base));
}

std::optional<std::uint64_t> ProcessMemory::read(std::uint64_t address, std::size_t size) const {
  const MemoryRegion* region = find(address);
  return region == nullptr ? std::nullopt : region->read(address, size);
}

}  // namespace sigla
