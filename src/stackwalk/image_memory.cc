// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/image_memory.h"

#include <optional>

#include "base/checked.h"
#include "formats/elf/image.h"

namespace sigla {

std::vector<MemoryRegion> image_memory(Bytes file, std::uint64_t base, const Limits& limits) {
  std::vector<MemoryRegion> regions;
  if (!elf::is_elf(file)) return regions;
  const auto image = elf::Image::open_without_sections(file, limits);
  if (!image.has_value()) return regions;
  std::optional<std::uint64_t> bias;  // wraps around, as addresses do
  for (const elf::Segment& segment : image->segments()) {
    if (segment.p_type != elf::PT_LOAD) continue;
    if (!bias) bias = base - (segment.p_vaddr - segment.p_offset);
    if ((segment.p_flags & elf::PF_W) != 0) continue;
    const auto data = image->data(segment);
    const std::uint64_t address = *bias + segment.p_vaddr;
    if (!data.has_value() || data->empty()) continue;
    if (!checked_add<std::uint64_t>(address, data->size())) continue;
    regions.push_back({address, *data, image->header().order});
  }
  return regions;
}

}  // namespace sigla
