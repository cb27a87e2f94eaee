// SPDX-License-Identifier: Apache-2.0
// Unwind data of ARM64 ("ARM64 exception handling", docs.microsoft.com/cpp/build): a word that
// stands for one of the usual prologues, or a record in .xdata:
//
//   function length / 4 (18 bits), version (2), X (1), E (1), epilogue count (5), code words (5)
//   epilogue scopes, unless E: start / 4 (18), reserved (4), index of the first code (10)
//   codes: one for each instruction, prologues from the last instruction to the first
#pragma once

#include "formats/pe/unwind.h"

namespace sigla::pe {

// How long the function is that a word of .pdata belongs to. kMalformed where its record is.
Result<std::uint32_t> arm64_function_size(const Image& image, std::uint32_t info);

Status read_arm64_rows(const Image& image,
                       const UnwindFunction& function,
                       std::vector<UnwindRow>& rows);

}  // namespace sigla::pe
