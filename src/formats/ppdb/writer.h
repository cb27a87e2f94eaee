// SPDX-License-Identifier: Apache-2.0
// Writes a Portable PDB (ECMA-335 II.24; PortablePdb-Metadata.md): rows and heaps are added, then
// laid out. What is added twice to a heap is there once; the same calls give the same bytes.
//
//   ppdb::Writer writer(method_count, program_rows);
//   const std::uint32_t row = writer.add_document({...});
//   writer.set_method(3, {row, writer.add_blob(points)});
//   SIGLA_TRY_ASSIGN(const Buffer file, writer.write(id, entry_point));
//
// Rows of LocalScope are added by method, outer ones first, each before its variables and
// constants. StateMachineMethod and CustomDebugInformation are sorted when written.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "codec/clr_tables.h"
#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

// How many rows each table of the program has; those of the PDB itself are ignored.
using ProgramRows = std::array<std::uint32_t, kClrTableCount>;

class Writer {
 public:
  Writer(std::uint32_t method_count, const ProgramRows& program_rows);

  // Indexes to put into rows; 0 for nothing.
  std::uint32_t add_string(std::string_view text);
  std::uint32_t add_blob(Bytes blob);
  std::uint32_t add_guid(Bytes guid);  // 16 bytes; all zeros are none

  // Row numbers.
  std::uint32_t add_document(const Document& document) {
    return add_row(ClrTable::kDocument,
                   {document.name, document.hash_algorithm, document.hash, document.language});
  }
  // Requires: 1 <= row <= method_count.
  void set_method(std::uint32_t row, const MethodDebugInformation& method);
  std::uint32_t add_local_scope(std::uint32_t method,
                                std::uint32_t import_scope,
                                std::uint32_t start_offset,
                                std::uint32_t length);
  std::uint32_t add_local_variable(const LocalVariable& variable) {
    return add_row(ClrTable::kLocalVariable, {variable.attributes, variable.index, variable.name});
  }
  std::uint32_t add_local_constant(const LocalConstant& constant) {
    return add_row(ClrTable::kLocalConstant, {constant.name, constant.signature});
  }
  std::uint32_t add_import_scope(const ImportScope& scope) {
    return add_row(ClrTable::kImportScope, {scope.parent, scope.imports});
  }
  void add_state_machine_method(const StateMachineMethod& method) {
    add_row(ClrTable::kStateMachineMethod, {method.move_next, method.kickoff});
  }
  // Requires: the parent's table may have custom debug information.
  void add_custom_debug_information(const CustomDebugInformation& info);

  // kLimitExceeded when something found no room in a heap. Requires: id is kIdSize bytes.
  Result<Buffer> write(Bytes id, ClrToken entry_point);

 private:
  using Row = std::vector<std::uint32_t>;
  std::uint32_t add_row(ClrTable table, Row row);
  std::vector<Row>& rows(ClrTable table) { return rows_[static_cast<std::size_t>(table)]; }
  const std::vector<Row>& rows(ClrTable table) const {
    return rows_[static_cast<std::size_t>(table)];
  }
  std::uint64_t row_count(ClrTable table) const;
  bool is_wide(const ClrColumn& column) const;
  ByteWriter table_stream() const;
  bool has_room(const ByteWriter& heap, std::size_t size);
  ByteWriter pdb_stream(Bytes id, ClrToken entry_point) const;

  ProgramRows program_rows_;
  std::array<std::vector<Row>, kClrTableCount> rows_;
  bool is_full_ = false;  // something found no room in a heap
  ByteWriter strings_;
  ByteWriter blobs_;
  ByteWriter guids_;
  std::map<std::string, std::uint32_t, std::less<>> string_index_;
  std::map<std::string, std::uint32_t, std::less<>> blob_index_;
  std::map<std::string, std::uint32_t, std::less<>> guid_index_;
};

}  // namespace sigla::ppdb
