// SPDX-License-Identifier: Apache-2.0
// The registers of call frame information: their DWARF numbers (each processor's ABI supplement)
// and the names Breakpad's symbol files give them ("$rsp", "x19").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ident/identity.h"

namespace sigla {

// Empty for a register without a name, and for processors we do not know.
std::string_view unwind_register_name(Arch arch, std::uint32_t number);
std::optional<std::uint32_t> find_unwind_register(Arch arch, std::string_view name);

// 4 or 8: the word that addresses and saved registers have.
unsigned unwind_word_size(Arch arch);

}  // namespace sigla
