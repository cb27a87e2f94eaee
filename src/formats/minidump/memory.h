// SPDX-License-Identifier: Apache-2.0
// The memory a dump carries (MemoryListStream, Memory64ListStream) and what it says about the whole
// address space (MemoryInfoListStream).
#pragma once

#include <vector>

#include "base/memory_region.h"
#include "formats/minidump/image.h"

namespace sigla::minidump {

// The bytes a descriptor points at; empty (with its base) when they are not all in the file or the
// range would wrap around the address space.
MemoryRegion read_memory_region(const Image& image, const MINIDUMP_MEMORY_DESCRIPTOR& descriptor);

// Sorted by base; a list whose ranges overlap is malformed.
class Memory {
 public:
  const MemoryRegion* find(std::uint64_t address) const;
  const std::vector<MemoryRegion>& regions() const { return regions_; }

 private:
  friend Result<Memory> read_memory(const Image& image);
  friend Result<Memory> read_memory64(const Image& image);
  static Result<Memory> make(std::vector<MemoryRegion> regions, std::string_view what);
  std::vector<MemoryRegion> regions_;
};

Result<Memory> read_memory(const Image& image);
Result<Memory> read_memory64(const Image& image);
Result<std::vector<MINIDUMP_MEMORY_INFO>> read_memory_info(const Image& image);

}  // namespace sigla::minidump
