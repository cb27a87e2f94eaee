// SPDX-License-Identifier: Apache-2.0
// The sources an ELF file has in its DWARF 5 line tables (LLVM's DW_LNCT_LLVM_source, which clang
// writes with -gembed-source). Units of older versions have none, and their files are not listed.
#pragma once

#include <string_view>

#include "object/source_files.h"

namespace sigla {

// Whether a file of some line table has a place for its text; false for what cannot be read. Reads
// the tables' headers only.
bool has_elf_sources(Bytes file, const Limits& limits);

// The files of the line tables with their MD5, each path once. kUnsupported when none of them is
// embedded.
Result<SourceFiles> read_elf_sources(Bytes file, const Limits& limits);

// The text of one; kNotFound.
Result<Buffer> read_elf_source(Bytes file, std::string_view path, const Limits& limits);

}  // namespace sigla
