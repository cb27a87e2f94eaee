// SPDX-License-Identifier: Apache-2.0
// Constants of the PE/COFF specification (Microsoft, revision 11), in its own spelling.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sigla::pe {

inline constexpr std::size_t kDosHeaderSize = 64;
inline constexpr std::size_t kNewHeaderOffsetAt = 0x3c;  // e_lfanew
inline constexpr std::size_t kCoffHeaderSize = 20;
inline constexpr std::size_t kSectionHeaderSize = 40;
inline constexpr std::size_t kCoffSymbolSize = 18;
inline constexpr std::size_t kDebugDirectoryEntrySize = 28;
inline constexpr std::size_t kExportDirectorySize = 40;

inline constexpr std::uint16_t kMagicPe32 = 0x10b;
inline constexpr std::uint16_t kMagicPe32Plus = 0x20b;

inline constexpr std::uint16_t IMAGE_FILE_DLL = 0x2000;

enum Directory : std::uint32_t {
  kExportTable = 0,
  kResourceTable = 2,
  kExceptionTable = 3,
  kDebug = 6,
  kClrRuntimeHeader = 14,
};
inline constexpr std::uint32_t kDirectoryCountMax = 16;

// IMAGE_DEBUG_TYPE_*
inline constexpr std::uint32_t IMAGE_DEBUG_TYPE_CODEVIEW = 2;
inline constexpr std::uint32_t IMAGE_DEBUG_TYPE_REPRO = 16;
inline constexpr std::uint32_t kDebugTypeEmbeddedPortablePdb = 17;
inline constexpr std::uint32_t kDebugTypePdbChecksum = 19;
inline constexpr std::uint32_t IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS = 20;
inline constexpr std::uint32_t kDebugTypeR2rPerfMap = 21;

// The minor version of a CodeView entry that names a Portable PDB: "PM".
inline constexpr std::uint16_t kPortablePdbMinorVersion = 0x504d;

// Section characteristics and COFF storage classes
inline constexpr std::uint32_t IMAGE_SCN_MEM_EXECUTE = 0x20000000;
inline constexpr std::uint8_t IMAGE_SYM_CLASS_EXTERNAL = 2;
inline constexpr std::uint8_t IMAGE_SYM_CLASS_STATIC = 3;

// IMAGE_FILE_MACHINE_*
inline constexpr std::uint16_t IMAGE_FILE_MACHINE_I386 = 0x14c;
inline constexpr std::uint16_t IMAGE_FILE_MACHINE_ARMNT = 0x1c4;
inline constexpr std::uint16_t IMAGE_FILE_MACHINE_AMD64 = 0x8664;
inline constexpr std::uint16_t IMAGE_FILE_MACHINE_ARM64 = 0xaa64;

}  // namespace sigla::pe
