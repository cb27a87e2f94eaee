// SPDX-License-Identifier: Apache-2.0
// The imports of a Windows PDB's methods as import scopes: strings are collected from where they
// stand, scopes that are alike are one, and all hang below the module's, the first row, which has
// the extern aliases of C# and the project's imports of Visual Basic.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convert/managed_imports.h"
#include "convert/pdb_conversion.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/writer.h"

namespace sigla {

class ImportScopes {
 public:
  // `windows` must outlive it.
  ImportScopes(const pdb::ManagedPdb& windows,
               const ManagedTypeNames& names,
               bool is_vb,
               ConversionLog& log);

  // Writes the rows, and the default namespace of Visual Basic.
  void write(ppdb::Writer& writer) const;
  // Row of the scope that a method's own scopes are in; 0: it says nothing.
  std::uint32_t row_of(std::uint32_t method_token) const;

 private:
  using Strings = std::vector<std::string_view>;
  struct Scope {
    std::uint32_t parent = 0;
    Strings imports;
  };
  const pdb::ManagedMethod* method(std::uint32_t token) const;
  static Strings strings_of(const pdb::ManagedMethod& method);
  void collect_csharp(const pdb::ManagedMethod& method);
  void collect_vb(const pdb::ManagedMethod& method);
  bool share_row(const pdb::ManagedMethod& method, const pdb::ManagedMethod& owner);
  void add(std::uint32_t token, const std::vector<Strings>& groups);
  std::vector<ppdb::Import> parsed(const Strings& strings) const;

  const ManagedTypeNames& names_;
  bool is_vb_;
  ConversionLog& log_;
  std::map<std::uint32_t, const pdb::ManagedMethod*> methods_;
  std::vector<Scope> scopes_;                                        // row 1 is the module's
  std::map<std::pair<std::uint32_t, Strings>, std::uint32_t> rows_;  // by parent and imports
  std::map<std::uint32_t, std::uint32_t> row_of_method_;             // by token
  std::vector<std::pair<std::string, std::uint32_t>> extern_assemblies_;
  std::string_view vb_default_namespace_;
};

}  // namespace sigla
