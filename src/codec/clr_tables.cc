// SPDX-License-Identifier: Apache-2.0
#include "codec/clr_tables.h"

#include <array>
#include <bit>

namespace sigla {
namespace {

using T = ClrTable;
using C = ClrCodedIndex;
using Column = ClrColumn;

constexpr Column kU16 = {Column::Kind::kU16};
constexpr Column kU32 = {Column::Kind::kU32};
constexpr Column kString = {Column::Kind::kString};
constexpr Column kGuid = {Column::Kind::kGuid};
constexpr Column kBlob = {Column::Kind::kBlob};
constexpr Column row(T table) { return {Column::Kind::kRow, table}; }
constexpr Column coded(C index) { return {Column::Kind::kCoded, T::kModule, index}; }

// II.22.2 to II.22.39; the *Ptr and Enc* tables of unoptimised metadata as CoreCLR writes them.
constexpr Column kModule[] = {kU16, kString, kGuid, kGuid, kGuid};
constexpr Column kTypeRef[] = {coded(C::kResolutionScope), kString, kString};
constexpr Column kTypeDef[] = {
    kU32, kString, kString, coded(C::kTypeDefOrRef), row(T::kField), row(T::kMethodDef)};
constexpr Column kFieldPtr[] = {row(T::kField)};
constexpr Column kField[] = {kU16, kString, kBlob};
constexpr Column kMethodPtr[] = {row(T::kMethodDef)};
constexpr Column kMethodDef[] = {kU32, kU16, kU16, kString, kBlob, row(T::kParam)};
constexpr Column kParamPtr[] = {row(T::kParam)};
constexpr Column kParam[] = {kU16, kU16, kString};
constexpr Column kInterfaceImpl[] = {row(T::kTypeDef), coded(C::kTypeDefOrRef)};
constexpr Column kMemberRef[] = {coded(C::kMemberRefParent), kString, kBlob};
constexpr Column kConstant[] = {kU16, coded(C::kHasConstant), kBlob};
constexpr Column kCustomAttribute[] = {
    coded(C::kHasCustomAttribute), coded(C::kCustomAttributeType), kBlob};
constexpr Column kFieldMarshal[] = {coded(C::kHasFieldMarshal), kBlob};
constexpr Column kDeclSecurity[] = {kU16, coded(C::kHasDeclSecurity), kBlob};
constexpr Column kClassLayout[] = {kU16, kU32, row(T::kTypeDef)};
constexpr Column kFieldLayout[] = {kU32, row(T::kField)};
constexpr Column kStandAloneSig[] = {kBlob};
constexpr Column kEventMap[] = {row(T::kTypeDef), row(T::kEvent)};
constexpr Column kEventPtr[] = {row(T::kEvent)};
constexpr Column kEvent[] = {kU16, kString, coded(C::kTypeDefOrRef)};
constexpr Column kPropertyMap[] = {row(T::kTypeDef), row(T::kProperty)};
constexpr Column kPropertyPtr[] = {row(T::kProperty)};
constexpr Column kProperty[] = {kU16, kString, kBlob};
constexpr Column kMethodSemantics[] = {kU16, row(T::kMethodDef), coded(C::kHasSemantics)};
constexpr Column kMethodImpl[] = {
    row(T::kTypeDef), coded(C::kMethodDefOrRef), coded(C::kMethodDefOrRef)};
constexpr Column kModuleRef[] = {kString};
constexpr Column kTypeSpec[] = {kBlob};
constexpr Column kImplMap[] = {kU16, coded(C::kMemberForwarded), kString, row(T::kModuleRef)};
constexpr Column kFieldRva[] = {kU32, row(T::kField)};
constexpr Column kEncLog[] = {kU32, kU32};
constexpr Column kEncMap[] = {kU32};
constexpr Column kAssembly[] = {kU32, kU16, kU16, kU16, kU16, kU32, kBlob, kString, kString};
constexpr Column kAssemblyProcessor[] = {kU32};
constexpr Column kAssemblyOs[] = {kU32, kU32, kU32};
constexpr Column kAssemblyRef[] = {kU16, kU16, kU16, kU16, kU32, kBlob, kString, kString, kBlob};
constexpr Column kAssemblyRefProcessor[] = {kU32, row(T::kAssemblyRef)};
constexpr Column kAssemblyRefOs[] = {kU32, kU32, kU32, row(T::kAssemblyRef)};
constexpr Column kFile[] = {kU32, kString, kBlob};
constexpr Column kExportedType[] = {kU32, kU32, kString, kString, coded(C::kImplementation)};
constexpr Column kManifestResource[] = {kU32, kU32, kString, coded(C::kImplementation)};
constexpr Column kNestedClass[] = {row(T::kTypeDef), row(T::kTypeDef)};
constexpr Column kGenericParam[] = {kU16, kU16, coded(C::kTypeOrMethodDef), kString};
constexpr Column kMethodSpec[] = {coded(C::kMethodDefOrRef), kBlob};
constexpr Column kGenericParamConstraint[] = {row(T::kGenericParam), coded(C::kTypeDefOrRef)};
// PortablePdb-Metadata.md, tables 0x30 to 0x37.
constexpr Column kDocument[] = {kBlob, kGuid, kBlob, kGuid};
constexpr Column kMethodDebugInformation[] = {row(T::kDocument), kBlob};
constexpr Column kLocalScope[] = {row(T::kMethodDef),
                                  row(T::kImportScope),
                                  row(T::kLocalVariable),
                                  row(T::kLocalConstant),
                                  kU32,
                                  kU32};
constexpr Column kLocalVariable[] = {kU16, kU16, kString};
constexpr Column kLocalConstant[] = {kString, kBlob};
constexpr Column kImportScope[] = {row(T::kImportScope), kBlob};
constexpr Column kStateMachineMethod[] = {row(T::kMethodDef), row(T::kMethodDef)};
constexpr Column kCustomDebugInformation[] = {coded(C::kHasCustomDebugInformation), kGuid, kBlob};

// By table number.
constexpr std::span<const Column> kTables[] = {kModule,
                                               kTypeRef,
                                               kTypeDef,
                                               kFieldPtr,
                                               kField,
                                               kMethodPtr,
                                               kMethodDef,
                                               kParamPtr,
                                               kParam,
                                               kInterfaceImpl,
                                               kMemberRef,
                                               kConstant,
                                               kCustomAttribute,
                                               kFieldMarshal,
                                               kDeclSecurity,
                                               kClassLayout,
                                               kFieldLayout,
                                               kStandAloneSig,
                                               kEventMap,
                                               kEventPtr,
                                               kEvent,
                                               kPropertyMap,
                                               kPropertyPtr,
                                               kProperty,
                                               kMethodSemantics,
                                               kMethodImpl,
                                               kModuleRef,
                                               kTypeSpec,
                                               kImplMap,
                                               kFieldRva,
                                               kEncLog,
                                               kEncMap,
                                               kAssembly,
                                               kAssemblyProcessor,
                                               kAssemblyOs,
                                               kAssemblyRef,
                                               kAssemblyRefProcessor,
                                               kAssemblyRefOs,
                                               kFile,
                                               kExportedType,
                                               kManifestResource,
                                               kNestedClass,
                                               kGenericParam,
                                               kMethodSpec,
                                               kGenericParamConstraint,
                                               {},
                                               {},
                                               {},
                                               kDocument,
                                               kMethodDebugInformation,
                                               kLocalScope,
                                               kLocalVariable,
                                               kLocalConstant,
                                               kImportScope,
                                               kStateMachineMethod,
                                               kCustomDebugInformation};
static_assert(std::size(kTables) == static_cast<std::size_t>(T::kCustomDebugInformation) + 1);

constexpr T kTypeDefOrRef[] = {T::kTypeDef, T::kTypeRef, T::kTypeSpec};
constexpr T kHasConstant[] = {T::kField, T::kParam, T::kProperty};
// HasCustomAttribute is the first 22 of these, HasCustomDebugInformation all.
constexpr T kHasCustom[] = {T::kMethodDef,        T::kField,         T::kTypeRef,
                            T::kTypeDef,          T::kParam,         T::kInterfaceImpl,
                            T::kMemberRef,        T::kModule,        T::kDeclSecurity,
                            T::kProperty,         T::kEvent,         T::kStandAloneSig,
                            T::kModuleRef,        T::kTypeSpec,      T::kAssembly,
                            T::kAssemblyRef,      T::kFile,          T::kExportedType,
                            T::kManifestResource, T::kGenericParam,  T::kGenericParamConstraint,
                            T::kMethodSpec,       T::kDocument,      T::kLocalScope,
                            T::kLocalVariable,    T::kLocalConstant, T::kImportScope};
constexpr std::size_t kHasCustomAttributeCount = 22;
constexpr T kHasFieldMarshal[] = {T::kField, T::kParam};
constexpr T kHasDeclSecurity[] = {T::kTypeDef, T::kMethodDef, T::kAssembly};
constexpr T kMemberRefParent[] = {
    T::kTypeDef, T::kTypeRef, T::kModuleRef, T::kMethodDef, T::kTypeSpec};
constexpr T kHasSemantics[] = {T::kEvent, T::kProperty};
constexpr T kMethodDefOrRef[] = {T::kMethodDef, T::kMemberRef};
constexpr T kMemberForwarded[] = {T::kField, T::kMethodDef};
constexpr T kImplementation[] = {T::kFile, T::kAssemblyRef, T::kExportedType};
constexpr T kCustomAttributeType[] = {
    kClrNoTable, kClrNoTable, T::kMethodDef, T::kMemberRef, kClrNoTable};
constexpr T kResolutionScope[] = {T::kModule, T::kModuleRef, T::kAssemblyRef, T::kTypeRef};
constexpr T kTypeOrMethodDef[] = {T::kTypeDef, T::kMethodDef};

// By ClrCodedIndex.
constexpr std::span<const T> kCodedTables[] = {
    kTypeDefOrRef,
    kHasConstant,
    std::span<const T>(kHasCustom, kHasCustomAttributeCount),
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
    kHasCustom};
static_assert(std::size(kCodedTables) ==
              static_cast<std::size_t>(C::kHasCustomDebugInformation) + 1);

}  // namespace

std::span<const ClrColumn> clr_columns(ClrTable table) {
  const auto number = static_cast<std::size_t>(table);
  return number < std::size(kTables) ? kTables[number] : std::span<const ClrColumn>();
}

std::span<const ClrTable> clr_coded_tables(ClrCodedIndex index) {
  return kCodedTables[static_cast<std::size_t>(index)];
}

unsigned clr_tag_bits(ClrCodedIndex index) {
  return static_cast<unsigned>(std::bit_width(clr_coded_tables(index).size() - 1));
}

ClrToken clr_decode(ClrCodedIndex index, std::uint32_t value) {
  const unsigned bits = clr_tag_bits(index);
  const std::uint32_t tag = value & ((1U << bits) - 1);
  const std::span<const ClrTable> tables = clr_coded_tables(index);
  return {tag < tables.size() ? tables[tag] : kClrNoTable, value >> bits};
}

}  // namespace sigla
