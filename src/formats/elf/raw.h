// SPDX-License-Identifier: Apache-2.0
// ELF as it lies in a file: structures and constants in the spelling of the System V gABI, chapters
// 4 and 5, and of the GNU extensions. Both widths share their field names, so one template decodes
// both; the byte order is that of e_ident[EI_DATA], so fields are swapped on the way out, see
// image.cc. Nothing here reads anything.
#pragma once

#include <cstdint>

namespace sigla::elf {

inline constexpr std::size_t EI_CLASS = 4;
inline constexpr std::size_t EI_DATA = 5;
inline constexpr std::size_t EI_VERSION = 6;
inline constexpr std::size_t EI_OSABI = 7;
inline constexpr std::size_t EI_NIDENT = 16;
inline constexpr std::uint8_t ELFCLASS32 = 1;
inline constexpr std::uint8_t ELFCLASS64 = 2;
inline constexpr std::uint8_t ELFDATA2LSB = 1;
inline constexpr std::uint8_t ELFDATA2MSB = 2;

template <typename Word>
struct Ehdr {
  std::uint8_t e_ident[EI_NIDENT];
  std::uint16_t e_type;
  std::uint16_t e_machine;
  std::uint32_t e_version;
  Word e_entry;
  Word e_phoff;
  Word e_shoff;
  std::uint32_t e_flags;
  std::uint16_t e_ehsize;
  std::uint16_t e_phentsize;
  std::uint16_t e_phnum;
  std::uint16_t e_shentsize;
  std::uint16_t e_shnum;
  std::uint16_t e_shstrndx;
};
using Elf32_Ehdr = Ehdr<std::uint32_t>;
using Elf64_Ehdr = Ehdr<std::uint64_t>;
static_assert(sizeof(Elf32_Ehdr) == 52 && sizeof(Elf64_Ehdr) == 64);

template <typename Word>
struct Shdr {
  std::uint32_t sh_name;
  std::uint32_t sh_type;
  Word sh_flags;
  Word sh_addr;
  Word sh_offset;
  Word sh_size;
  std::uint32_t sh_link;
  std::uint32_t sh_info;
  Word sh_addralign;
  Word sh_entsize;
};
using Elf32_Shdr = Shdr<std::uint32_t>;
using Elf64_Shdr = Shdr<std::uint64_t>;
static_assert(sizeof(Elf32_Shdr) == 40 && sizeof(Elf64_Shdr) == 64);

struct Elf32_Phdr {
  std::uint32_t p_type;
  std::uint32_t p_offset;
  std::uint32_t p_vaddr;
  std::uint32_t p_paddr;
  std::uint32_t p_filesz;
  std::uint32_t p_memsz;
  std::uint32_t p_flags;
  std::uint32_t p_align;
};
struct Elf64_Phdr {
  std::uint32_t p_type;
  std::uint32_t p_flags;
  std::uint64_t p_offset;
  std::uint64_t p_vaddr;
  std::uint64_t p_paddr;
  std::uint64_t p_filesz;
  std::uint64_t p_memsz;
  std::uint64_t p_align;
};
static_assert(sizeof(Elf32_Phdr) == 32 && sizeof(Elf64_Phdr) == 56);

struct Elf32_Sym {
  std::uint32_t st_name;
  std::uint32_t st_value;
  std::uint32_t st_size;
  std::uint8_t st_info;
  std::uint8_t st_other;
  std::uint16_t st_shndx;
};
struct Elf64_Sym {
  std::uint32_t st_name;
  std::uint8_t st_info;
  std::uint8_t st_other;
  std::uint16_t st_shndx;
  std::uint64_t st_value;
  std::uint64_t st_size;
};
static_assert(sizeof(Elf32_Sym) == 16 && sizeof(Elf64_Sym) == 24);

// In front of the data of an SHF_COMPRESSED section.
struct Elf32_Chdr {
  std::uint32_t ch_type;
  std::uint32_t ch_size;
  std::uint32_t ch_addralign;
};
struct Elf64_Chdr {
  std::uint32_t ch_type;
  std::uint32_t ch_reserved;
  std::uint64_t ch_size;
  std::uint64_t ch_addralign;
};
static_assert(sizeof(Elf32_Chdr) == 12 && sizeof(Elf64_Chdr) == 24);

// e_type
inline constexpr std::uint16_t ET_REL = 1;
inline constexpr std::uint16_t ET_EXEC = 2;
inline constexpr std::uint16_t ET_DYN = 3;
inline constexpr std::uint16_t ET_CORE = 4;

// e_machine, of the processors Sigla has a name for
inline constexpr std::uint16_t EM_SPARC = 2;
inline constexpr std::uint16_t EM_386 = 3;
inline constexpr std::uint16_t EM_IAMCU = 6;
inline constexpr std::uint16_t EM_MIPS = 8;
inline constexpr std::uint16_t EM_MIPS_RS3_LE = 10;
inline constexpr std::uint16_t EM_SPARC32PLUS = 18;
inline constexpr std::uint16_t EM_PPC = 20;
inline constexpr std::uint16_t EM_PPC64 = 21;
inline constexpr std::uint16_t EM_S390 = 22;
inline constexpr std::uint16_t EM_ARM = 40;
inline constexpr std::uint16_t EM_SPARCV9 = 43;
inline constexpr std::uint16_t EM_IA_64 = 50;
inline constexpr std::uint16_t EM_X86_64 = 62;
inline constexpr std::uint16_t EM_AARCH64 = 183;
inline constexpr std::uint16_t EM_RISCV = 243;
inline constexpr std::uint16_t EM_LOONGARCH = 258;

// e_phnum and section indices that do not fit their 16 bits and continue in section 0
inline constexpr std::uint16_t PN_XNUM = 0xffff;
inline constexpr std::uint16_t SHN_UNDEF = 0;
inline constexpr std::uint16_t SHN_LORESERVE = 0xff00;
inline constexpr std::uint16_t SHN_ABS = 0xfff1;
inline constexpr std::uint16_t SHN_COMMON = 0xfff2;
inline constexpr std::uint16_t SHN_XINDEX = 0xffff;

// sh_type
inline constexpr std::uint32_t SHT_NULL = 0;
inline constexpr std::uint32_t SHT_PROGBITS = 1;
inline constexpr std::uint32_t SHT_SYMTAB = 2;
inline constexpr std::uint32_t SHT_STRTAB = 3;
inline constexpr std::uint32_t SHT_RELA = 4;
inline constexpr std::uint32_t SHT_DYNAMIC = 6;
inline constexpr std::uint32_t SHT_NOTE = 7;
inline constexpr std::uint32_t SHT_NOBITS = 8;
inline constexpr std::uint32_t SHT_REL = 9;
inline constexpr std::uint32_t SHT_DYNSYM = 11;
inline constexpr std::uint32_t SHT_SYMTAB_SHNDX = 18;

// sh_flags
inline constexpr std::uint64_t SHF_ALLOC = 0x2;
inline constexpr std::uint64_t SHF_EXECINSTR = 0x4;
inline constexpr std::uint64_t SHF_COMPRESSED = 0x800;

// ch_type
inline constexpr std::uint32_t ELFCOMPRESS_ZLIB = 1;
inline constexpr std::uint32_t ELFCOMPRESS_ZSTD = 2;

// p_type and p_flags
inline constexpr std::uint32_t PT_LOAD = 1;
inline constexpr std::uint32_t PT_DYNAMIC = 2;
inline constexpr std::uint32_t PT_INTERP = 3;
inline constexpr std::uint32_t PT_NOTE = 4;
inline constexpr std::uint32_t PT_PHDR = 6;
inline constexpr std::uint32_t PT_GNU_EH_FRAME = 0x6474e550;
inline constexpr std::uint32_t PF_X = 1;
inline constexpr std::uint32_t PF_W = 2;
inline constexpr std::uint32_t PF_R = 4;

// Dynamic section tags
inline constexpr std::uint64_t DT_NULL = 0;
inline constexpr std::uint64_t DT_HASH = 4;
inline constexpr std::uint64_t DT_STRTAB = 5;
inline constexpr std::uint64_t DT_SYMTAB = 6;
inline constexpr std::uint64_t DT_STRSZ = 10;
inline constexpr std::uint64_t DT_SONAME = 14;
inline constexpr std::uint64_t DT_DEBUG = 21;
inline constexpr std::uint64_t DT_GNU_HASH = 0x6ffffef5;
inline constexpr std::uint64_t DT_FLAGS_1 = 0x6ffffffb;
inline constexpr std::uint64_t DF_1_PIE = 0x08000000;

// Symbol types (low nibble of st_info) and bindings (high nibble)
inline constexpr std::uint8_t STT_NOTYPE = 0;
inline constexpr std::uint8_t STT_OBJECT = 1;
inline constexpr std::uint8_t STT_FUNC = 2;
inline constexpr std::uint8_t STT_SECTION = 3;
inline constexpr std::uint8_t STT_FILE = 4;
inline constexpr std::uint8_t STT_TLS = 6;
inline constexpr std::uint8_t STT_GNU_IFUNC = 10;
inline constexpr std::uint8_t STB_LOCAL = 0;
inline constexpr std::uint8_t STB_GLOBAL = 1;
inline constexpr std::uint8_t STB_WEAK = 2;

// Note types, each under the name of its owner
inline constexpr std::uint32_t NT_GNU_BUILD_ID = 3;  // "GNU"
inline constexpr std::uint32_t NT_GO_BUILD_ID = 4;   // "Go"
inline constexpr std::uint32_t NT_PRSTATUS = 1;      // "CORE", and the next four
inline constexpr std::uint32_t NT_PRPSINFO = 3;
inline constexpr std::uint32_t NT_AUXV = 6;
inline constexpr std::uint32_t NT_FILE = 0x46494c45;
inline constexpr std::uint32_t NT_SIGINFO = 0x53494749;

// Entries of the auxiliary vector in NT_AUXV
inline constexpr std::uint64_t AT_NULL = 0;
inline constexpr std::uint64_t AT_PHDR = 3;
inline constexpr std::uint64_t AT_PHENT = 4;
inline constexpr std::uint64_t AT_PHNUM = 5;
inline constexpr std::uint64_t AT_ENTRY = 9;
inline constexpr std::uint64_t AT_SYSINFO_EHDR = 33;

}  // namespace sigla::elf
