// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/metadata.h"

#include <algorithm>

namespace sigla::ppdb {

using T = ClrTable;

bool is_metadata(Bytes file) { return is_clr_metadata(file); }

Result<Metadata> Metadata::open(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(ClrMetadata tables, ClrMetadata::open(file, "Portable PDB", limits));
  if (tables.pdb_stream().empty()) {
    return make_error(ErrorCode::kUnsupported, "metadata without a #Pdb stream is no Portable PDB");
  }
  Metadata metadata(file, tables);
  ByteReader reader(tables.pdb_stream());
  metadata.id_ = reader.bytes(kIdSize);
  metadata.entry_point_ = ClrToken::of(reader.u32());
  SIGLA_TRY(reader.finish("#Pdb stream"));
  return metadata;
}

Document Metadata::document(std::uint32_t row) const {
  return {tables_.cell(T::kDocument, row, 0),
          tables_.cell(T::kDocument, row, 1),
          tables_.cell(T::kDocument, row, 2),
          tables_.cell(T::kDocument, row, 3)};
}

MethodDebugInformation Metadata::method(std::uint32_t row) const {
  return {tables_.cell(T::kMethodDebugInformation, row, 0),
          tables_.cell(T::kMethodDebugInformation, row, 1)};
}

LocalScope Metadata::local_scope(std::uint32_t row) const {
  LocalScope scope;
  scope.method = tables_.cell(T::kLocalScope, row, 0);
  scope.import_scope = tables_.cell(T::kLocalScope, row, 1);
  scope.variables = tables_.list_rows(T::kLocalScope, row, 2, T::kLocalVariable);
  scope.constants = tables_.list_rows(T::kLocalScope, row, 3, T::kLocalConstant);
  scope.start_offset = tables_.cell(T::kLocalScope, row, 4);
  scope.length = tables_.cell(T::kLocalScope, row, 5);
  return scope;
}

LocalVariable Metadata::local_variable(std::uint32_t row) const {
  return {static_cast<std::uint16_t>(tables_.cell(T::kLocalVariable, row, 0)),
          static_cast<std::uint16_t>(tables_.cell(T::kLocalVariable, row, 1)),
          tables_.cell(T::kLocalVariable, row, 2)};
}

LocalConstant Metadata::local_constant(std::uint32_t row) const {
  return {tables_.cell(T::kLocalConstant, row, 0), tables_.cell(T::kLocalConstant, row, 1)};
}

ImportScope Metadata::import_scope(std::uint32_t row) const {
  return {tables_.cell(T::kImportScope, row, 0), tables_.cell(T::kImportScope, row, 1)};
}

StateMachineMethod Metadata::state_machine_method(std::uint32_t row) const {
  return {tables_.cell(T::kStateMachineMethod, row, 0),
          tables_.cell(T::kStateMachineMethod, row, 1)};
}

CustomDebugInformation Metadata::custom_debug_information(std::uint32_t row) const {
  return {tables_.coded_cell(T::kCustomDebugInformation, row, 0),
          tables_.cell(T::kCustomDebugInformation, row, 1),
          tables_.cell(T::kCustomDebugInformation, row, 2)};
}

ClrMetadata::Rows Metadata::scopes_of(std::uint32_t method) const {
  return tables_.equal_rows(T::kLocalScope, 0, method);
}

std::uint32_t Metadata::kickoff_of(std::uint32_t move_next) const {
  const ClrMetadata::Rows rows = tables_.equal_rows(T::kStateMachineMethod, 0, move_next);
  return rows.first == rows.end ? 0 : state_machine_method(rows.first).kickoff;
}

ClrMetadata::Rows Metadata::debug_information_of(ClrToken parent) const {
  constexpr auto kIndex = ClrCodedIndex::kHasCustomDebugInformation;
  const std::span<const ClrTable> tables = clr_coded_tables(kIndex);
  const auto tag = std::find(tables.begin(), tables.end(), parent.table);
  if (tag == tables.end()) return {};
  const auto value = parent.row << clr_tag_bits(kIndex) |
                     static_cast<std::uint32_t>(std::distance(tables.begin(), tag));
  return tables_.equal_rows(T::kCustomDebugInformation, 0, value);
}

}  // namespace sigla::ppdb
