// SPDX-License-Identifier: Apache-2.0
// Relocations of the debug sections of relocatable files (gABI chapter 4, "Relocation"; types from
// each processor's supplement). Linked files have theirs applied already, also where the linker
// left a copy of them in the file (`ld --emit-relocs`, as for vmlinux); those must be let alone.
//
//   SHT_REL   { r_offset, r_info }            the addend is what stands at r_offset
//   SHT_RELA  { r_offset, r_info, r_addend }
#pragma once

#include <cstdint>
#include <span>

#include "base/limits.h"
#include "formats/elf/image.h"

namespace sigla::elf {

// Whether some relocation section speaks of `section`, in a relocatable file.
bool has_relocations(const Image& image, const Section& section);

// Applies them to `content`, which is the section's, unpacked. `addresses` says where each section
// lies (section_addresses()); an undefined symbol lies at 0. Returns how many were left out because
// their type is not known or their offset lies outside.
Result<std::uint64_t> apply_relocations(const Image& image,
                                        const Section& section,
                                        std::span<const std::uint64_t> addresses,
                                        MutableBytes content,
                                        const Limits& limits);

}  // namespace sigla::elf
