// SPDX-License-Identifier: Apache-2.0
// Which module covers an address, with Breakpad's rules for modules that overlap
// (its RangeMap: reject the newcomer, cut the lower of the two where the upper begins, or cut the
// one that ends last where the other one ends).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace sigla {

enum class Overlap { kReject, kCutLower, kCutStart };

class RangeMap {
 public:
  explicit RangeMap(Overlap overlap = Overlap::kReject) : overlap_(overlap) {}

  // False when the range is empty, wraps, or cannot be placed beside the ones that are there.
  bool add(std::uint64_t base, std::uint64_t size, std::uint32_t value);
  std::optional<std::uint32_t> find(std::uint64_t address) const;

  struct Range {
    std::uint64_t base;
    std::uint64_t last;  // inclusive
    std::uint32_t value;
  };
  // In order of address, after cutting.
  std::vector<Range> ranges() const;

 private:
  struct Entry {
    std::uint64_t base;
    std::uint32_t value;
  };
  bool add_cutting_starts(std::uint64_t base, std::uint64_t size, std::uint32_t value);

  std::map<std::uint64_t, Entry> by_last_;
  Overlap overlap_;
};

}  // namespace sigla
