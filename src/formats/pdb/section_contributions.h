// SPDX-License-Identifier: Apache-2.0
// Which module each piece of the image's sections came from (the DBI stream's section
// contributions). Where the linker folded equal functions ("ICF"), several modules describe the
// same code; the contribution says whose it is. An owned copy; thread-safe.
//
// A u32 version (0xeffe0000 + 19970605: 28-byte entries; 0xeffe0000 + 20140516: 32 bytes, with the
// section of the object file), then entries in ascending order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/pdb/address_map.h"

namespace sigla::pdb {

struct Contribution {
  RvaRange range;  // in the image as it was linked
  std::uint16_t module = 0;
};

class SectionContributions {
 public:
  // Another version, or an entry outside of the image, counts as absent.
  SectionContributions(Bytes raw, const AddressMap& map);

  // The one that `rva` lies in.
  std::optional<Contribution> find(std::uint32_t rva) const;
  const std::vector<Contribution>& all() const { return contributions_; }

 private:
  std::vector<Contribution> contributions_;  // ascending, without overlaps
};

}  // namespace sigla::pdb
