// SPDX-License-Identifier: Apache-2.0
// The functions of a PE image by what it says itself: COFF symbols (which MinGW leaves in) and the
// export table, with sizes by the exception directory of x86-64. Borrows the image's bytes.
//
//   COFF symbol (5.4): name[8] (or 0 and an offset in the string table), value, section number,
//     type, storage class, number of auxiliary records that follow
//   export directory (6.3): addresses by ordinal; names and their ordinals
//   RUNTIME_FUNCTION (x64 exception handling): begin, end, unwind information
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/pe/image.h"

namespace sigla::pe {

struct Function {
  std::uint32_t address = 0;  // an RVA
  std::uint32_t size = 0;     // by the exception directory, or to the next function known
  std::string_view name;      // on x86 without the C compiler's "_" and "@8"
};

// Ascending by address, one for each: a COFF symbol said to be a function before an export, and
// that before a mere label. Exports that another module provides are left out. A damaged table
// counts as absent.
std::vector<Function> functions_of(const Image& image, const Limits& limits);

}  // namespace sigla::pe
