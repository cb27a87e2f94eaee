// SPDX-License-Identifier: Apache-2.0
// What a PE file is and what it is looked up by.
//
// Ids: the code id is TimeDateStamp and SizeOfImage; the debug id that of the first CodeView entry,
// or of the last for a managed image (crossgen puts its own PDB before the compiler's). A Portable
// PDB's age there is its stamp, as in the PDB itself. Features count only with content: exports are
// symbols, .pdata and .eh_frame unwind information, .debug_info (MinGW) debug information.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/pe/debug_directory.h"
#include "formats/pe/image.h"
#include "ident/identity.h"

namespace sigla::pe {

Result<Identity> identify_pe(Bytes file, std::string_view name, const Limits& limits);
Identity identify_image(const Image& image, const DebugDirectory& debug, std::string_view name);

// Also of .NET's images for other systems, whose machine is exclusive-or-ed with a constant.
Arch arch_of(std::uint16_t machine);

}  // namespace sigla::pe
