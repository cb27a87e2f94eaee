// SPDX-License-Identifier: Apache-2.0
#include "base/memory_region.h"

#include "base/byte_reader.h"

namespace sigla {

std::optional<std::uint64_t> MemoryRegion::read(std::uint64_t address, std::size_t size) const {
  if (address < base || address - base > bytes.size() || bytes.size() - (address - base) < size) {
    return std::nullopt;
  }
  ByteReader reader(bytes.subspan(address - base, size), order);
  switch (size) {
    case 1:
      return reader.u8();
    case 2:
      return reader.u16();
    case 4:
      return reader.u32();
    default:
      return reader.u64();
  }
}

}  // namespace sigla
