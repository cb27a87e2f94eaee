// SPDX-License-Identifier: Apache-2.0
// What native files say about unwinding, to the unwind rules of a symcache. Of entries that overlap
// the first one counts, so the file and the section that know better come first. What cannot be
// read is reported to the conversion's diagnostics.
#pragma once

#include "convert/conversion.h"
#include "formats/elf/image.h"
#include "formats/macho/image.h"
#include "formats/pe/image.h"

namespace sigla {

// .eh_frame, found by its section or by PT_GNU_EH_FRAME; .debug_frame; and on ARM .ARM.exidx.
// Addresses become relative to elf::load_address().
void add_elf_unwind(const elf::Image& image, Conversion& conversion);

// __debug_frame, the compact encodings of __unwind_info, then __eh_frame. Addresses become
// relative to where __TEXT begins.
void add_macho_unwind(const macho::Image& image, Conversion& conversion);

// The exception directory of x64 and ARM64; .eh_frame and .debug_frame of MinGW. RVAs.
void add_pe_unwind(const pe::Image& image, Conversion& conversion);

}  // namespace sigla
