// SPDX-License-Identifier: Apache-2.0
// Types and assemblies in the import strings of Windows PDBs: full names as reflection writes them
// (ECMA-335 I.10.7; .NET, "Specifying fully qualified type names"), for C# with the assembly of
// types from elsewhere, for VB without and with '.' for nested types.
//
//   N.Outer`1+Inner                      List`1[[System.Int32, mscorlib, Version=4.0.0.0, ...]]
//   System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "convert/managed_assembly.h"

namespace sigla {

class ManagedTypeNames {
 public:
  ManagedTypeNames(const ManagedAssembly& assembly, bool is_vb, const Limits& limits);

  // Nothing for a type that has no such name: one with generic parameters, pointers to functions.
  std::optional<std::string> name_of(ClrToken type) const;
  // TypeDef, TypeRef or TypeSpec; nil when the metadata has none of that name.
  ClrToken find(std::string_view name) const;

  // "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
  std::string assembly_name(std::uint32_t assembly_ref) const;
  std::uint32_t find_assembly(std::string_view name) const;  // row; 0 when there is none

 private:
  struct Name {
    std::string text;
    std::uint32_t assembly = 0;  // row of AssemblyRef
  };
  std::optional<Name> def_name(std::uint32_t row, std::uint32_t depth) const;
  std::optional<Name> ref_name(std::uint32_t row, std::uint32_t depth) const;
  std::optional<Name> signature_name(ByteReader& reader, std::uint32_t depth) const;
  std::optional<Name> instance_name(ByteReader& reader, std::uint32_t depth) const;
  std::optional<Name> token_name(ClrToken type, std::uint32_t depth) const;
  std::string qualified(const Name& name) const;
  static std::string with_namespace(std::string_view name_space, std::string_view name);
  std::uint32_t find_core_library() const;

  const ManagedAssembly& assembly_;
  bool is_vb_;
  std::uint32_t depth_max_;
  std::uint32_t core_library_ = 0;  // row of AssemblyRef
  mutable std::optional<std::map<std::string, ClrToken, std::less<>>> by_name_;
};

}  // namespace sigla
