// SPDX-License-Identifier: Apache-2.0
// What each image of a Mach-O file is and what it is looked up by: LC_UUID is its code id and its
// debug id. A file without one has neither.
//
// Features: symbols, when LC_SYMTAB counts any; debug information, when __DWARF,__debug_info (or
// the compressed __zdebug_info) holds something; unwind information, when __unwind_info, __eh_frame
// or
// __debug_frame does. What a dSYM says of its program's sections is no content.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/macho/image.h"
#include "ident/identity.h"

namespace sigla::macho {

struct MachoSlice {
  Identity identity;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;
};

// One for a thin file, one for each image of a fat one, never none. Slices of a fat file that are
// no Mach-O (static archives) are left out; kUnsupported when nothing is left. A segment that
// reaches past the end of the file is kMalformed: the file was cut off. `name` is what the sender
// called the file; an empty one is replaced by the install name.
Result<std::vector<MachoSlice>> identify_macho(Bytes file,
                                               std::string_view name,
                                               const Limits& limits);
// The image of that architecture, or the first one for kUnknown; kNotFound when there is none.
Result<MachoSlice> choose_slice(Bytes file, Arch arch, const Limits& limits);
Identity identify_image(const Image& image, std::string_view name);

Arch arch_of(std::uint32_t cputype, std::uint32_t cpusubtype);

}  // namespace sigla::macho
