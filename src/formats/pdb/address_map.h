// SPDX-License-Identifier: Apache-2.0
// From sections and offsets, which all records of a PDB speak of, to addresses relative to the
// image's base (RVA); and for images whose code was moved after linking (profile-guided "BBT"
// tools, Windows itself) from there to where it lies now. Owned copies; thread-safe.
//
// The debug header's section-headers stream is the image's section table. When there are OMAP
// streams, records speak of the table before the move ("original section headers"). OMAP: ascending
// pairs of (address before, address now); an address belongs to the pair before it; "now" 0: gone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/symbols.h"

namespace sigla::pdb {

// Half open.
struct RvaRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

class AddressMap {
 public:
  // Of the section table and OMAP of an image, the latter may be empty.
  AddressMap(Bytes section_headers, Bytes omap);
  // Those of a PDB. Without section headers nothing has an address: kNotFound.
  static Result<AddressMap> open(const Container& container,
                                 const DbiStream& dbi,
                                 const Limits& limits);

  // In the image as it was linked; nothing outside of its sections.
  std::optional<std::uint32_t> rva(SectionOffset place) const;
  // The part of `size` bytes that lies in the section.
  std::optional<RvaRange> range(SectionOffset start, std::uint32_t size) const;
  bool is_code(std::uint16_t section) const;

  // Whether linked addresses have to go through move().
  bool is_moved() const { return !omap_.empty(); }
  // Where the pieces of a range lie now: calls visit(low, range) with the address `low` that the
  // piece had. Requires: is_moved().
  template <typename Visitor>
  void move(RvaRange range, Visitor&& visit) const {
    for (std::size_t i = first_pair(range.low); i < omap_.size(); ++i) {
      const Pair& pair = omap_[i];
      if (pair.from >= range.high) break;
      const std::uint32_t low = std::max(pair.from, range.low);
      const std::uint32_t high =
          i + 1 < omap_.size() ? std::min(omap_[i + 1].from, range.high) : range.high;
      if (pair.to == 0 || low >= high || pair.to > UINT32_MAX - (high - pair.from)) continue;
      visit(low, RvaRange{pair.to + (low - pair.from), pair.to + (high - pair.from)});
    }
  }

 private:
  struct Section {
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    bool is_code = false;
  };
  struct Pair {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  std::size_t first_pair(std::uint32_t rva) const;

  std::vector<Section> sections_;
  std::vector<Pair> omap_;  // ascending by `from`
};

}  // namespace sigla::pdb
