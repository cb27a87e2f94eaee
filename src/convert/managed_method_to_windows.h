// SPDX-License-Identifier: Apache-2.0
// One method after the other of a Portable PDB, by ascending row: scopes with locals and constants,
// lines, async information and the custom debug information of "MD2". Imports stand in the first
// method that has them; others refer to it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convert/managed_assembly.h"
#include "convert/managed_imports.h"
#include "convert/pdb_conversion.h"
#include "formats/pdb/managed_debug_info.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/metadata.h"

namespace sigla {

class MethodsToWindows {
 public:
  // `vb_default_namespace` has a value when the module was compiled from Visual Basic.
  MethodsToWindows(const ppdb::Metadata& portable,
                   const ManagedAssembly& assembly,
                   std::optional<std::string> vb_default_namespace,
                   const Limits& limits,
                   ConversionLog& log);

  // Nothing for a method without debug information.
  Result<std::optional<pdb::ManagedMethod>> convert(std::uint32_t row);

 private:
  // A scope that the PDB has, that hoisted locals have, or both.
  struct Range {
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    std::uint32_t scope_row = 0;         // 0: of hoisted locals alone
    std::vector<std::uint32_t> hoisted;  // their numbers
  };
  // What belongs to one method.
  struct State {
    std::uint32_t row = 0;
    pdb::ManagedMethod method;
    std::optional<ManagedAssembly::Body> body;
    bool has_scopes = false;
    std::uint32_t forward_imports = 0;  // token of the method that has them
    std::vector<std::uint16_t> import_counts;
    std::vector<pdb::DynamicLocal> dynamics;
    std::vector<pdb::TupleNames> tuples;
    std::vector<pdb::HoistedScope> hoisted;
    bool has_hoisted = false;
    std::vector<std::string> hoisted_names;
  };

  Status add_scopes(State& state);
  std::vector<Range> ranges_of(const State& state) const;
  void open_scope(const Range& range, std::vector<std::uint32_t>& open, State& state);
  void add_imports(std::uint32_t import_scope, pdb::ManagedScope& scope, State& state);
  Status add_variables(const ppdb::LocalScope& from, pdb::ManagedScope& scope, State& state);
  Status add_constants(const ppdb::LocalScope& from, pdb::ManagedScope& scope, State& state);
  Status add_local_info(ClrToken local,
                        const std::string& name,
                        std::optional<std::uint32_t> slot,
                        const ppdb::LocalScope& scope,
                        State& state);
  void add_lines(State& state);
  Status add_async(State& state);
  Status add_debug_info(State& state);
  Status copy_blob(State& state,
                   ppdb::DebugInformationKind from,
                   pdb::ManagedInfoKind to,
                   pdb::ManagedInfoWriter& info);
  std::optional<Bytes> find(std::uint32_t row, ppdb::DebugInformationKind kind);
  bool is_vb() const { return vb_default_namespace_.has_value(); }

  const ppdb::Metadata& portable_;
  const ManagedAssembly& assembly_;
  std::optional<std::string> vb_default_namespace_;
  ConversionLog& log_;
  ManagedTypeNames names_;
  ImportEncoder imports_;
  std::map<std::uint32_t, std::uint32_t> move_next_;  // rows: kickoff to MoveNext
  std::map<std::vector<std::string>, std::uint32_t> imports_of_method_;  // token
  // The same by import scope and namespace.
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> method_of_scope_;
  std::uint32_t method_with_aliases_ = 0;  // token
};

}  // namespace sigla
