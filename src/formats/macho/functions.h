// SPDX-License-Identifier: Apache-2.0
// The functions of a Mach-O image by its symbol table (<mach-o/nlist.h>), with their sizes by
// LC_FUNCTION_STARTS where the image has it. Borrows the image's bytes.
//
//   LC_FUNCTION_STARTS: uleb128 distances, the first from the start of __TEXT, ended by 0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/macho/image.h"

namespace sigla::macho {

struct Function {
  std::uint64_t address = 0;  // relative to image_base(), Thumb bit cleared
  std::uint64_t size = 0;     // to the next function or the end of its section
  std::string_view name;      // the compiler's: without the underscore that Apple's ABI puts first
};

bool has_instructions(const Section& section);

// Where __TEXT begins, what addresses of a Function count from; 0 in object files.
std::uint64_t image_base(const Image& image);

// Symbols of sections with instructions, ascending by address, one for each address: an external
// one before a local one, then the one that stands first. Debugger's symbols (stabs) are left out.
Result<std::vector<Function>> functions_of(const Image& image, const Limits& limits);

}  // namespace sigla::macho
