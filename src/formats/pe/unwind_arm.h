// SPDX-License-Identifier: Apache-2.0
// Unwind data of 32-bit ARM, always Thumb-2 ("ARM exception handling",
// docs.microsoft.com/cpp/build): a word that stands for one of the usual prologues, or a record in
// .xdata:
//
//   function length / 2 (18 bits), version (2), X (1), E (1), F (1), epilogue count (5), code words
//   (4) epilogue scopes, unless E: start / 2 (18), reserved (2), condition (4), index of the first
//   code (8) codes: one for each instruction of 2 or 4 bytes, prologues from the last to the first
//
// Registers by DWARF's numbers: r0 to r15, d0 = 256.
#pragma once

#include "formats/pe/unwind.h"

namespace sigla::pe {

// How long the function is that a word of .pdata belongs to. kMalformed where its record is.
Result<std::uint32_t> arm_function_size(const Image& image, std::uint32_t info);

Status read_arm_rows(const Image& image,
                     const UnwindFunction& function,
                     std::vector<UnwindRow>& rows);

}  // namespace sigla::pe
