// SPDX-License-Identifier: Apache-2.0
// One method after the other of a Windows PDB, by ascending token, into the rows of a Portable one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convert/managed_assembly.h"
#include "convert/managed_import_scopes.h"
#include "convert/pdb_conversion.h"
#include "formats/pdb/managed_debug_info.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/writer.h"

namespace sigla {

class MethodsToPortable {
 public:
  MethodsToPortable(const ManagedAssembly& assembly,
                    const ImportScopes& imports,
                    bool is_vb,
                    std::uint32_t document_count,
                    ppdb::Writer& writer,
                    ConversionLog& log);

  // Requires: the token is of a method the assembly has.
  void convert(const pdb::ManagedMethod& method);
  // Rows of StateMachineMethod, once all methods are there.
  void write_state_machines();

 private:
  // What the compilers said about locals, by slot or name.
  struct LocalInfo {
    std::map<std::uint32_t, const pdb::DynamicLocal*> dynamic_slots;
    std::multimap<std::string, const pdb::DynamicLocal*> dynamic_names;  // slot 0, and constants
    std::map<std::uint32_t, const pdb::TupleNames*> tuple_slots;
    std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, const pdb::TupleNames*>
        tuple_constants;
  };
  // What MD2 has.
  struct DebugInfo {
    std::vector<pdb::DynamicLocal> dynamics;
    std::vector<pdb::TupleNames> tuples;
    std::optional<std::string> state_machine;
  };
  struct Range {
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    const pdb::ManagedScope* scope = nullptr;
  };

  DebugInfo read_debug_info(const pdb::ManagedMethod& method, std::uint32_t row);
  void add_info(ClrToken parent, ppdb::DebugInformationKind kind, Bytes blob);
  void write_lines(const pdb::ManagedMethod& method, std::uint32_t row);
  void write_async(const pdb::ManagedMethod& method, std::uint32_t row);
  void add_state_machine(std::uint32_t move_next, std::uint32_t kickoff);
  std::vector<Range> ranges_of(const pdb::ManagedMethod& method);
  void write_scopes(const pdb::ManagedMethod& method,
                    std::uint32_t row,
                    std::uint32_t import_scope,
                    const DebugInfo& info);
  LocalInfo index_locals(const pdb::ManagedMethod& method, const DebugInfo& info);
  void write_locals(const Range& range, LocalInfo& locals, std::uint32_t token);
  void write_local_info(ClrToken local,
                        const pdb::DynamicLocal* dynamic,
                        const pdb::TupleNames* tuple);

  const ManagedAssembly& assembly_;
  const ImportScopes& imports_;
  bool is_vb_;
  std::uint32_t document_count_;
  ppdb::Writer& writer_;
  ConversionLog& log_;
  std::map<std::uint32_t, std::uint32_t> kickoff_;  // of a MoveNext; rows
};

}  // namespace sigla
