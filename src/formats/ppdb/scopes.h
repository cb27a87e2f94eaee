// SPDX-License-Identifier: Apache-2.0
// Constants of local scopes and the imports that hold in them (PortablePdb-Metadata.md,
// "LocalConstantSig Blob", "Imports Blob"). Scopes and variables are plain rows: metadata.h.
//
//   LocalConstantSig ::= CustomMod* type value type-token?
//   Imports          ::= (kind alias? assembly? namespace? type?)*
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

// II.23.1.16, as far as constants have them.
enum class ElementType : std::uint8_t {
  kBoolean = 0x02,
  kChar = 0x03,
  kI1 = 0x04,
  kU1 = 0x05,
  kI2 = 0x06,
  kU2 = 0x07,
  kI4 = 0x08,
  kU4 = 0x09,
  kI8 = 0x0a,
  kU8 = 0x0b,
  kR4 = 0x0c,
  kR8 = 0x0d,
  kString = 0x0e,
  kValueType = 0x11,
  kClass = 0x12,
  kObject = 0x1c,
};

struct ConstantSignature {
  struct Modifier {
    bool is_required = false;
    ClrToken type;
  };
  std::vector<Modifier> modifiers;
  ElementType type = ElementType::kObject;
  // Little-endian; UTF-16 of a string. Of kValueType and kClass what follows the token: 13 bytes of
  // a System.Decimal, 8 of a System.DateTime, none for the default of the type.
  Bytes value;
  bool is_null_string = false;
  // The enumeration of a number, the type of kValueType and kClass; nil when there is none.
  ClrToken type_token;
};

// Bytes of a number's value; 0 for what is none.
std::size_t number_size(ElementType type);

// Of LocalConstant::signature.
Result<ConstantSignature> read_constant(const Metadata& pdb, std::uint32_t signature);

struct Import {
  enum class Kind : std::uint8_t {
    kNamespace = 1,               // namespace
    kAssemblyNamespace = 2,       // assembly, namespace
    kType = 3,                    // type
    kXmlNamespace = 4,            // alias, namespace
    kAssemblyReferenceAlias = 5,  // alias, which an outer scope defines
    kAliasAssembly = 6,           // alias, assembly
    kAliasNamespace = 7,          // alias, namespace
    kAliasAssemblyNamespace = 8,  // alias, assembly, namespace
    kAliasType = 9,               // alias, type
  };
  Kind kind = Kind::kNamespace;
  std::string_view alias;
  ClrToken assembly;  // AssemblyRef
  std::string_view target_namespace;
  ClrToken type;  // TypeDef, TypeRef or TypeSpec
};

// Of one scope; its parents' hold too. Requires: 1 <= row <= row_count(kImportScope).
Result<std::vector<Import>> read_imports(const Metadata& pdb, std::uint32_t import_scope);

}  // namespace sigla::ppdb
