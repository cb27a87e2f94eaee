// SPDX-License-Identifier: Apache-2.0
// What an ELF file is and what it is looked up by.
//
// Ids: the code id is the GNU build id, the debug id its first 16 bytes by the Breakpad rule.
// Without a build id there is no code id, and as Breakpad has it the first 4096 bytes of .text,
// exclusive-or-ed into 16, stand in for it; the debug half of such a program holds no code and so
// has no id at all. Kind: of ET_EXEC and ET_DYN, what describes code (sections with SHF_EXECINSTR,
// or DWARF) and holds none is a debug file. ET_DYN is an executable when it says DF_1_PIE, or has
// an interpreter and no DT_SONAME (libc.so.6 has both), and else a library. Features count only
// with content: a lone null symbol, SHT_NOBITS or the four-byte terminator of an empty .eh_frame
// are none.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/elf/image.h"
#include "ident/identity.h"

namespace sigla::elf {

// `name` is what the sender called the file; an empty one is replaced by DT_SONAME.
Result<Identity> identify_elf(Bytes file, std::string_view name, const Limits& limits);
Identity identify_image(const Image& image, std::string_view name, const Limits& limits);

Arch arch_of(const Header& header);

}  // namespace sigla::elf
