// SPDX-License-Identifier: Apache-2.0
// The bytes of a symcache file, shared by its writer and its reader: docs/formats/symcache.md.
//
//   offset  size  header
//        0     8  magic "\x89SYMC\r\n\x1a"
//        8     4  version
//       12     4  section count
//       16     8  file size
//       24     8  checksum: XXH3-64 of the whole file with this field zero
//       32     8  base: every address in the file is stored minus this
//       40     1  address size: 4 or 8 bytes for every stored address and size
//       41     1  flags: 1 = rows and call sites carry columns
//       42     6  zero
//       48        section table: kind u32, zero u32, offset u64, size u64 for each section
//
// Sections begin at multiples of 64, in any order; a kind that is not known is skipped.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace sigla::symcache {

static_assert(std::endian::native == std::endian::little, "symcache files are little-endian");

inline constexpr std::array<std::uint8_t, 8> kMagic = {0x89, 'S', 'Y', 'M', 'C', '\r', '\n', 0x1a};
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::uint32_t kSectionCountMax = 64;
inline constexpr std::size_t kSectionAlignment = 64;  // a cache line
inline constexpr std::size_t kRowsPerBlock = 16;

enum : std::uint8_t { kFlagColumns = 1 };

enum class Section : std::uint32_t {
  kIdentity = 1,
  kStrings,
  kFiles,
  kNameOffsets,
  kNames,
  kNameIndex,
  kCodeAddresses,
  kCodeSamples,
  kCodeOffsets,
  kCode,
  kAliasAddresses,
  kAliasSizes,
  kAliases,
  kUnwindAddresses,
  kUnwindRows,
  kUnwindRules,
  kWinAddresses,
  kWinIndexes,
  kWinRecordAddresses,
  kWinRecordSizes,
  kWinRecords,
  kPlacement,
  kSourceLink,
};
inline constexpr std::uint32_t kSectionKindMax = static_cast<std::uint32_t>(Section::kSourceLink);

struct RawHeader {
  std::array<std::uint8_t, 8> magic;
  std::uint32_t version;
  std::uint32_t section_count;
  std::uint64_t file_size;
  std::uint64_t checksum;
  std::uint64_t base;
  std::uint8_t address_size;
  std::uint8_t flags;
  std::array<std::uint8_t, 6> zero;
};
static_assert(sizeof(RawHeader) == 48);

struct RawSection {
  std::uint32_t kind;
  std::uint32_t zero;
  std::uint64_t offset;
  std::uint64_t size;
};
static_assert(sizeof(RawSection) == 24);

// Section kIdentity. Format, kind and architecture are stored by name, so that a new enumerator
// changes no file.
struct RawIdentity {
  std::array<std::uint8_t, 16> guid;
  std::uint32_t age;
  std::uint32_t features;  // Feature
  std::uint32_t format;    // string offsets, here and below
  std::uint32_t kind;
  std::uint32_t arch;
  std::uint32_t name;
  std::uint32_t code_id;
  std::uint32_t debug_file_name;
  std::uint32_t os;              // Breakpad's MODULE record: "Linux", "windows", ...
  std::uint32_t code_file_name;  // Breakpad's INFO CODE_ID record
};
static_assert(sizeof(RawIdentity) == 56);
enum Feature : std::uint32_t {
  kHasDebugId = 1,
  kHasSymbols = 2,
  kHasDebugInfo = 4,
  kHasUnwindInfo = 8,
  kHasSources = 16,
};

// Section kPlacement, which only objects that say it have: how the file itself numbers addresses.
struct RawPlacement {
  std::uint64_t load_address;  // what it calls the module's base
  std::uint64_t text_address;  // of its section .text, relative to the base; 0: not known
};
static_assert(sizeof(RawPlacement) == 16);

// Section kAliases, parallel to kAliasAddresses and kAliasSizes.
struct RawAlias {
  std::uint32_t name;  // index in kNameOffsets
  std::uint32_t info;  // FunctionFlag in the low 8 bits, bytes of parameters on the stack above
};
static_assert(sizeof(RawAlias) == 8);
inline constexpr std::uint32_t kParameterSizeMax = (1U << 24) - 1;
inline constexpr unsigned kParameterShift = 8;
enum FunctionFlag : std::uint32_t {
  kFunctionPublic = 1,    // a symbol: no lines, and often no size
  kFunctionMultiple = 2,  // Breakpad's "m": several symbols share this code
  kFunctionShadowed = 4,  // overlaps one that came before, or has no size: found by name only
};

// Section kUnwindRows, parallel to kUnwindAddresses: the offset of a record in kUnwindRules, 0
// where nothing is known, and whether an entry (an FDE, a STACK CFI INIT record) begins with this
// row.
inline constexpr std::uint32_t kUnwindEntry = 0x80000000;

// Section kWinRecords, parallel to kWinRecordAddresses and kWinRecordSizes.
struct RawWin {
  std::uint32_t type;
  std::uint32_t prologue_size;
  std::uint32_t epilogue_size;
  std::uint32_t parameter_size;
  std::uint32_t saved_register_size;
  std::uint32_t local_size;
  std::uint32_t max_stack_size;
  std::uint32_t allocates_base_pointer;
  std::uint32_t program;  // string offset
};
static_assert(sizeof(RawWin) == 36);
inline constexpr std::uint32_t kNoWin = 0xffffffff;  // in kWinIndexes: nothing from here on

// The first number of a record in kCode.
enum CodeFlag : std::uint32_t {
  kCodePublic = kFunctionPublic,
  kCodeMultiple = kFunctionMultiple,
  kCodeParameters = 4,    // bytes of parameters follow
  kCodeStartsBefore = 8,  // the distance back to where the function begins follows
  kCodeRows = 16,         // files, scopes and rows follow
};

// A row's code: these bits, and the line's change (zigzag) above them.
enum RowCode : std::uint64_t {
  kRowNewScope = 1,
  kRowOwnFile = 2,   // not the body file of the scope
  kRowSameLine = 4,  // the line record began before this row
};
inline constexpr unsigned kRowCodeBits = 3;

}  // namespace sigla::symcache
