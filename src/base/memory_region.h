// SPDX-License-Identifier: Apache-2.0
// Bytes of a process as a dump has them: a thread's stack, a page of a module. Never owns them.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace sigla {

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

}  // namespace sigla
