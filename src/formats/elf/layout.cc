// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/layout.h"

#include <bit>

#include "base/checked.h"

namespace sigla::elf {
namespace {

enum class Place { kCode, kInitCode, kOther, kNowhere };

Place place_of(const Section& section) {
  if ((section.sh_flags & SHF_ALLOC) == 0) return Place::kNowhere;
  if ((section.sh_flags & SHF_EXECINSTR) == 0) return Place::kOther;
  return section.name.starts_with(".init") ? Place::kInitCode : Place::kCode;
}

}  // namespace

std::vector<std::uint64_t> section_addresses(const Image& image) {
  std::vector<std::uint64_t> addresses(image.sections().size());
  if (image.header().e_type != ET_REL) {
    for (const Section& section : image.sections()) addresses[section.index] = section.sh_addr;
    return addresses;
  }
  std::uint64_t end = 0;
  for (const Place place : {Place::kCode, Place::kInitCode, Place::kOther}) {
    for (const Section& section : image.sections()) {
      if (place_of(section) != place) continue;
      const std::uint64_t alignment =
          std::has_single_bit(section.sh_addralign) ? section.sh_addralign : 1;
      const auto padded = checked_add(end, alignment - 1);
      if (!padded) return addresses;
      const std::uint64_t start = *padded & ~(alignment - 1);
      const auto after = checked_add(start, section.sh_size);
      if (!after) return addresses;
      addresses[section.index] = start;
      end = *after;
    }
  }
  return addresses;
}

}  // namespace sigla::elf
