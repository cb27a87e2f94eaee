// SPDX-License-Identifier: Apache-2.0
// The tables of .NET metadata (ECMA-335 II.22, II.24.2.6; PortablePdb-Metadata.md): their numbers
// and the columns of their rows. What a row means is its reader's affair: formats/clr for the
// program's tables, formats/ppdb for those of a Portable PDB.
#pragma once

#include <cstdint>
#include <span>

namespace sigla {

// The numbers, which are also the highest byte of a token.
enum class ClrTable : std::uint8_t {
  kModule = 0x00,
  kTypeRef = 0x01,
  kTypeDef = 0x02,
  kFieldPtr = 0x03,
  kField = 0x04,
  kMethodPtr = 0x05,
  kMethodDef = 0x06,
  kParamPtr = 0x07,
  kParam = 0x08,
  kInterfaceImpl = 0x09,
  kMemberRef = 0x0a,
  kConstant = 0x0b,
  kCustomAttribute = 0x0c,
  kFieldMarshal = 0x0d,
  kDeclSecurity = 0x0e,
  kClassLayout = 0x0f,
  kFieldLayout = 0x10,
  kStandAloneSig = 0x11,
  kEventMap = 0x12,
  kEventPtr = 0x13,
  kEvent = 0x14,
  kPropertyMap = 0x15,
  kPropertyPtr = 0x16,
  kProperty = 0x17,
  kMethodSemantics = 0x18,
  kMethodImpl = 0x19,
  kModuleRef = 0x1a,
  kTypeSpec = 0x1b,
  kImplMap = 0x1c,
  kFieldRva = 0x1d,
  kEncLog = 0x1e,
  kEncMap = 0x1f,
  kAssembly = 0x20,
  kAssemblyProcessor = 0x21,
  kAssemblyOs = 0x22,
  kAssemblyRef = 0x23,
  kAssemblyRefProcessor = 0x24,
  kAssemblyRefOs = 0x25,
  kFile = 0x26,
  kExportedType = 0x27,
  kManifestResource = 0x28,
  kNestedClass = 0x29,
  kGenericParam = 0x2a,
  kMethodSpec = 0x2b,
  kGenericParamConstraint = 0x2c,
  kDocument = 0x30,
  kMethodDebugInformation = 0x31,
  kLocalScope = 0x32,
  kLocalVariable = 0x33,
  kLocalConstant = 0x34,
  kImportScope = 0x35,
  kStateMachineMethod = 0x36,
  kCustomDebugInformation = 0x37,
};
inline constexpr std::size_t kClrTableCount = 64;

// Indexes that may point into one of several tables; the low bits say which (II.24.2.6).
enum class ClrCodedIndex : std::uint8_t {
  kTypeDefOrRef,
  kHasConstant,
  kHasCustomAttribute,
  kHasFieldMarshal,
  kHasDeclSecurity,
  kMemberRefParent,
  kHasSemantics,
  kMethodDefOrRef,
  kMemberForwarded,
  kImplementation,
  kCustomAttributeType,
  kResolutionScope,
  kTypeOrMethodDef,
  kHasCustomDebugInformation,
};

// A table and a row of it. Row 0 is nil. `table` may be one that no metadata has.
struct ClrToken {
  ClrTable table = ClrTable::kModule;
  std::uint32_t row = 0;

  bool operator==(const ClrToken&) const = default;
  bool is_nil() const { return row == 0; }
  std::uint32_t value() const { return static_cast<std::uint32_t>(table) << 24U | row; }
  static ClrToken of(std::uint32_t value) {
    return {static_cast<ClrTable>(value >> 24U), value & 0x00ff'ffffU};
  }
};

// How wide a column is depends on the sizes of heaps and tables, except for numbers.
struct ClrColumn {
  enum class Kind : std::uint8_t { kU16, kU32, kString, kGuid, kBlob, kRow, kCoded };
  Kind kind = Kind::kU16;
  ClrTable table = ClrTable::kModule;                  // kRow
  ClrCodedIndex coded = ClrCodedIndex::kTypeDefOrRef;  // kCoded
};
inline constexpr std::size_t kClrColumnCountMax = 9;

// Empty for a number that is no table's.
std::span<const ClrColumn> clr_columns(ClrTable table);

// The tables by tag; kClrNoTable for a tag that is not used.
inline constexpr auto kClrNoTable = static_cast<ClrTable>(0xff);
std::span<const ClrTable> clr_coded_tables(ClrCodedIndex index);
// Bits that the tag takes.
unsigned clr_tag_bits(ClrCodedIndex index);
// The token that a value of a coded index stands for.
ClrToken clr_decode(ClrCodedIndex index, std::uint32_t value);

}  // namespace sigla
