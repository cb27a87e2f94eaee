// SPDX-License-Identifier: Apache-2.0
// What the metadata of a .NET assembly or module (ECMA-335 II.22) says of its types and methods:
// who they are and whose. A method is a row of the MethodDef table, the low three bytes of its
// token; the tables are searched, not copied. Borrows the metadata, which must outlive it;
// immutable after open().
//
//   SIGLA_TRY_ASSIGN(const auto program, clr::Program::open(metadata, limits));
//   const std::uint32_t type = program.type_of(3);
//   SIGLA_TRY_ASSIGN(const std::string name, program.type_name(type));  // "N.Outer`1+Inner"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/clr_metadata.h"

namespace sigla::clr {

inline constexpr std::size_t kGuidSize = 16;

class Program {
 public:
  // kUnsupported for a Portable PDB, which is metadata, too.
  static Result<Program> open(Bytes metadata, const Limits& limits);

  const ClrMetadata& tables() const { return tables_; }
  const Limits& limits() const { return limits_; }
  std::uint32_t method_count() const { return tables_.row_count(ClrTable::kMethodDef); }
  std::uint32_t type_count() const { return tables_.row_count(ClrTable::kTypeDef); }

  // 16 bytes as Windows stores a GUID; the id of this very build of the module.
  Result<Bytes> mvid() const;
  Result<std::string_view> module_name() const;  // "app.dll"
  // Of the assembly; empty for a module of one.
  Result<std::string_view> assembly_name() const;
  std::string assembly_version() const;  // "1.2.3.4"

  // Row of TypeDef that a method belongs to; 0 when none claims it.
  std::uint32_t type_of(std::uint32_t method) const;
  // Rows of MethodDef of a type. Requires: 1 <= type <= type_count().
  std::vector<std::uint32_t> methods_of(std::uint32_t type) const;
  // The type that a nested one is in; 0 for others.
  std::uint32_t enclosing_type(std::uint32_t type) const;
  // All that are in a type; looks at every nested type there is.
  std::vector<std::uint32_t> nested_types(std::uint32_t type) const;

  // "Namespace.Outer`1+Inner". Requires: the rows exist.
  Result<std::string> type_name(std::uint32_t type) const;
  Result<std::string> type_ref_name(std::uint32_t type_ref) const;
  // Without what it is in.
  Result<std::string_view> simple_type_name(std::uint32_t type) const;
  Result<std::string_view> method_name(std::uint32_t method) const;
  Result<Bytes> method_signature(std::uint32_t method) const;
  // By position, from 0; empty for one without a name.
  std::vector<std::string_view> parameter_names(std::uint32_t method, std::size_t count) const;
  // "T", "TKey"; of a type or method.
  std::vector<std::string_view> generic_parameters(ClrToken owner) const;

  // The method of the source whose code the compiler moved into `type`, a state machine: what
  // StateMachineAttribute says, or else the only method of that name around it. 0 when unknown.
  std::uint32_t kickoff_method(std::uint32_t type) const;

 private:
  Program(ClrMetadata tables, const Limits& limits);
  Result<std::string> nested_name(std::string_view name_space,
                                  std::string_view name,
                                  Result<std::string> enclosing) const;
  Result<std::string> type_name(std::uint32_t type, std::uint32_t depth) const;
  Result<std::string> type_ref_name(std::uint32_t type_ref, std::uint32_t depth) const;
  bool names_state_machine(std::uint32_t method, std::string_view type_name) const;

  ClrMetadata tables_;
  // Row of MethodPtr that leads to each row of MethodDef, the first of several; empty without that
  // table (II.22.26 leaves it to implementations; "#-" only), in whose terms lists are then.
  std::vector<std::uint32_t> positions_;
  Limits limits_;
};

}  // namespace sigla::clr
