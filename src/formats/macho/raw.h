// SPDX-License-Identifier: Apache-2.0
// Mach-O as it lies in a file: sizes and constants in the spelling of <mach-o/loader.h>,
// <mach-o/fat.h> and <mach/machine.h>. Fat headers are big-endian always; a Mach-O has the byte
// order its magic number shows. Field layouts stand beside the code that reads them, in image.cc
// and fat.cc, since every record is read field by field. Nothing here reads anything.
#pragma once

#include <cstdint>

namespace sigla::macho {

inline constexpr std::uint32_t MH_MAGIC = 0xfeedface;
inline constexpr std::uint32_t MH_MAGIC_64 = 0xfeedfacf;
inline constexpr std::uint32_t FAT_MAGIC = 0xcafebabe;
inline constexpr std::uint32_t FAT_MAGIC_64 = 0xcafebabf;

struct fat_header {
  std::uint32_t magic;
  std::uint32_t nfat_arch;
};
struct fat_arch {
  std::uint32_t cputype;
  std::uint32_t cpusubtype;
  std::uint32_t offset;
  std::uint32_t size;
  std::uint32_t align;
};
struct fat_arch_64 {
  std::uint32_t cputype;
  std::uint32_t cpusubtype;
  std::uint64_t offset;
  std::uint64_t size;
  std::uint32_t align;
  std::uint32_t reserved;
};
static_assert(sizeof(fat_header) == 8 && sizeof(fat_arch) == 20 && sizeof(fat_arch_64) == 32);

struct mach_header {
  std::uint32_t magic;
  std::uint32_t cputype;
  std::uint32_t cpusubtype;
  std::uint32_t filetype;
  std::uint32_t ncmds;
  std::uint32_t sizeofcmds;
  std::uint32_t flags;
};
struct mach_header_64 : mach_header {
  std::uint32_t reserved;
};
static_assert(sizeof(mach_header) == 28 && sizeof(mach_header_64) == 32);

struct load_command {
  std::uint32_t cmd;
  std::uint32_t cmdsize;
};
static_assert(sizeof(load_command) == 8);

struct nlist {
  std::uint32_t n_strx;
  std::uint8_t n_type;
  std::uint8_t n_sect;
  std::uint16_t n_desc;
  std::uint32_t n_value;
};
struct nlist_64 {
  std::uint32_t n_strx;
  std::uint8_t n_type;
  std::uint8_t n_sect;
  std::uint16_t n_desc;
  std::uint64_t n_value;
};
static_assert(sizeof(nlist) == 12 && sizeof(nlist_64) == 16);

// cputype and cpusubtype
inline constexpr std::uint32_t CPU_ARCH_ABI64 = 0x01000000;
inline constexpr std::uint32_t CPU_ARCH_ABI64_32 = 0x02000000;
inline constexpr std::uint32_t CPU_TYPE_X86 = 7;
inline constexpr std::uint32_t CPU_TYPE_X86_64 = CPU_TYPE_X86 | CPU_ARCH_ABI64;
inline constexpr std::uint32_t CPU_TYPE_ARM = 12;
inline constexpr std::uint32_t CPU_TYPE_ARM64 = CPU_TYPE_ARM | CPU_ARCH_ABI64;
inline constexpr std::uint32_t CPU_TYPE_ARM64_32 = CPU_TYPE_ARM | CPU_ARCH_ABI64_32;
inline constexpr std::uint32_t CPU_TYPE_POWERPC = 18;
inline constexpr std::uint32_t CPU_TYPE_POWERPC64 = CPU_TYPE_POWERPC | CPU_ARCH_ABI64;
inline constexpr std::uint32_t CPU_SUBTYPE_MASK = 0xff000000;  // feature bits, no subtype
inline constexpr std::uint32_t CPU_SUBTYPE_ARM64E = 2;

// filetype
inline constexpr std::uint32_t MH_OBJECT = 1;
inline constexpr std::uint32_t MH_EXECUTE = 2;
inline constexpr std::uint32_t MH_FVMLIB = 3;
inline constexpr std::uint32_t MH_CORE = 4;
inline constexpr std::uint32_t MH_PRELOAD = 5;
inline constexpr std::uint32_t MH_DYLIB = 6;
inline constexpr std::uint32_t MH_DYLINKER = 7;
inline constexpr std::uint32_t MH_BUNDLE = 8;
inline constexpr std::uint32_t MH_DYLIB_STUB = 9;
inline constexpr std::uint32_t MH_DSYM = 10;
inline constexpr std::uint32_t MH_KEXT_BUNDLE = 11;

// cmd
inline constexpr std::uint32_t LC_SEGMENT = 0x1;
inline constexpr std::uint32_t LC_SYMTAB = 0x2;
inline constexpr std::uint32_t LC_ID_DYLIB = 0xd;
inline constexpr std::uint32_t LC_SEGMENT_64 = 0x19;
inline constexpr std::uint32_t LC_UUID = 0x1b;
inline constexpr std::uint32_t LC_FUNCTION_STARTS = 0x26;

// Section types, the low byte of a section's flags
inline constexpr std::uint32_t SECTION_TYPE = 0x000000ff;
inline constexpr std::uint32_t S_ZEROFILL = 0x1;
inline constexpr std::uint32_t S_GB_ZEROFILL = 0xc;
inline constexpr std::uint32_t S_THREAD_LOCAL_ZEROFILL = 0x12;

// Section attributes, the rest of a section's flags
inline constexpr std::uint32_t S_ATTR_PURE_INSTRUCTIONS = 0x80000000;
inline constexpr std::uint32_t S_ATTR_SOME_INSTRUCTIONS = 0x00000400;

// n_type of a symbol
inline constexpr std::uint8_t N_STAB = 0xe0;
inline constexpr std::uint8_t N_TYPE = 0x0e;
inline constexpr std::uint8_t N_EXT = 0x01;
inline constexpr std::uint8_t N_SECT = 0x0e;

}  // namespace sigla::macho
