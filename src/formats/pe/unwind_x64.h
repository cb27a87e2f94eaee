// SPDX-License-Identifier: Apache-2.0
// UNWIND_INFO of x64 ("x64 exception handling", docs.microsoft.com/cpp/build): version 1, and 2,
// which adds where epilogues lie, so that rows hold in them, too.
//
//   0  version (3 bits), flags     2  count of codes              4  codes, 16 bits each, from the
//   1  size of the prologue        3  frame register, its offset     last instruction to the first
//   then, for a chained record, the RUNTIME_FUNCTION it continues
#pragma once

#include "formats/pe/unwind.h"

namespace sigla::pe {

Status read_x64_rows(const Image& image,
                     const UnwindFunction& function,
                     std::vector<UnwindRow>& rows);

}  // namespace sigla::pe
