// SPDX-License-Identifier: Apache-2.0
// Decides which of several functions owns each address, when their code overlaps.
#pragma once

#include <cstdint>
#include <vector>

namespace sigla::symcache {

// A claim to [low, high). Of claims that overlap, the one of the lower rank has the addresses; the
// others keep what is free. Ranks are unique.
struct Claim {
  std::uint64_t low;
  std::uint64_t high;
  std::uint32_t rank;
};

struct OwnedParts {
  struct Part {
    std::uint64_t low;
    std::uint64_t high;
    std::uint32_t rank;
  };
  // Two claims to the very same addresses: one function, under two names, as linkers fold them.
  struct Fold {
    std::uint32_t rank;     // which has the addresses, unless a third one took them
    std::uint32_t dropped;  // which has none
  };
  std::vector<Part> parts;  // ascending
  std::vector<Fold> folds;
};

// Sorts `claims`. O(n log n) whatever overlaps.
OwnedParts resolve_overlaps(std::vector<Claim>& claims);

}  // namespace sigla::symcache
