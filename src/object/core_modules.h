// SPDX-License-Identifier: Apache-2.0
// The PE images in an ELF core: .NET maps its assemblies on Linux too, and debuggers ask for them
// and their PDBs like for any module.
#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "ident/identity.h"

namespace sigla {

// An ELF core, its loaded_modules completed by PE images whose headers were dumped.
Result<Identity> identify_elf_core(Bytes file, std::string_view name, const Limits& limits);

}  // namespace sigla
