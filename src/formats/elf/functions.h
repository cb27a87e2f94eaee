// SPDX-License-Identifier: Apache-2.0
// The functions of an ELF file by its symbol tables alone, to name the frames of a program or
// system library without debug information.
//
//   SIGLA_TRY_ASSIGN(const auto functions, elf::functions_of(image, limits));
//   for (const elf::Function& f : functions) writer.add(f.address, f.size, f.name);
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/elf/image.h"
#include "formats/elf/symbols.h"

namespace sigla::elf {

// Borrows the file's bytes.
struct Function {
  std::uint64_t address = 0;  // relative to load_address(), Thumb bit cleared
  std::uint64_t size = 0;     // to the next function or the section's end when the symbol has none
  std::string_view name;      // as in the file: mangled; a version ("@GLIBC_2.2") is not part of it
};

// What addresses of Function count from: the lowest p_vaddr of a PT_LOAD, rounded down to its page.
std::uint64_t load_address(const Image& image);

// Functions of .symtab and .dynsym, sorted by address, one for each address. Of several names the
// one with a size is taken, then the global one before the weak and that before the local one, then
// the shorter and the alphabetically first, so that the choice is stable. Left out: what is
// undefined, outside executable sections, or an ARM mapping symbol ($a, $t, $d, $x). Untyped
// symbols in executable sections count, since assembly seldom says .type. In relocatable files
// addresses are those of layout.h. On PowerPC 64 (ELFv1) symbols name descriptors in .opd, and
// the code address is read from there; in libraries lld leaves that to the dynamic linker, and such
// functions are not found.
Result<std::vector<Function>> functions_of(const Image& image, const Limits& limits);

}  // namespace sigla::elf
