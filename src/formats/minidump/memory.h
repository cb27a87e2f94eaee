// SPDX-License-Identifier: Apache-2.0
// The memory a dump carries (MemoryListStream, Memory64ListStream) and what it says about the whole
// address space (MemoryInfoListStream).
#pragma once

#include <optional>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

// Bytes of the dumped process. Borrows from the file.
struct MemoryRegion {
  std::uint64_t base = 0;
  Bytes bytes;
  std::endian order = std::endian::little;

  bool empty() const { return bytes.empty(); }
  bool contains(std::uint64_t address) const {
    return address >= base && address - base < bytes.size();
  }
  // `size` bytes (1, 2, 4 or 8) at `address` as an integer; nothing when not all are there.
  std::optional<std::uint64_t> read(std::uint64_t address, std::size_t size) const;
};

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
