// SPDX-License-Identifier: Apache-2.0
// The container that .NET metadata is (ECMA-335 II.24; PortablePdb-Metadata.md): a root with
// streams, heaps, and tables of rows. An assembly has one inside its PE, a Portable PDB is one.
//
//   offset  size  root              "#~" or "#-"
//   0       4     "BSJB"            reserved, version
//   8       …     version string    heap index sizes, at 6
//   then          stream headers    present tables (8), sorted (8), row counts, rows
//
// "#-" is metadata that was not optimised (edit and continue): tables with indirections may be
// there, and "#JTD" makes every index four bytes wide. Borrows the bytes, which must outlive it;
// immutable after open(). Values of cells are as they stand there: who uses one as a row, an index
// or an offset checks it first.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "codec/clr_tables.h"

namespace sigla {

// The content starts with the signature of metadata.
bool is_clr_metadata(Bytes content);

// A compressed unsigned integer (II.23.2) of one, two or four bytes; a lead byte that starts none
// is a failure of the reader.
std::uint32_t read_clr_compressed(ByteReader& reader);
// A compressed signed integer (II.23.2): rotated, the sign in the lowest bit.
std::int32_t read_clr_compressed_signed(ByteReader& reader);
// A TypeDefOrRefOrSpecEncoded (II.23.2.8).
ClrToken read_clr_type_token(ByteReader& reader);

class ClrMetadata {
 public:
  // `what` names it in errors: "Portable PDB". kUnsupported for tables that nobody knows.
  static Result<ClrMetadata> open(Bytes content, std::string_view what, const Limits& limits);

  // Empty when there is none of that name; "#Pdb", which says how large the tables of the program
  // are that rows of the PDB point to, is read in open().
  Bytes pdb_stream() const { return pdb_stream_; }
  std::string_view version() const { return version_; }  // "v4.0.30319", "PDB v1.0"

  bool has(ClrTable table) const { return row_count(table) != 0; }
  // Rows that are here.
  std::uint32_t row_count(ClrTable table) const { return data(table).rows_here; }
  // The value of a cell. Rows count from 1, columns from 0.
  // Requires: 1 <= row <= row_count(table), and the table has that column.
  std::uint32_t cell(ClrTable table, std::uint32_t row, std::size_t column) const;
  ClrToken coded_cell(ClrTable table, std::uint32_t row, std::size_t column) const;
  // The rows [first, end) of `list` that row `row` of `table` owns by its `column`: up to where the
  // next row's begin (II.22.37). In range and in order whatever the file says.
  struct Rows {
    std::uint32_t first = 1;
    std::uint32_t end = 1;
  };
  Rows list_rows(ClrTable table, std::uint32_t row, std::size_t column, ClrTable list) const;
  // The rows [first, end) of a table sorted by `column` whose value there is `value`. Where the
  // file is not sorted as it should be they may be too few.
  Rows equal_rows(ClrTable table, std::size_t column, std::uint32_t value) const;

  // kMalformed for an index outside its heap.
  Result<std::string_view> string(std::uint32_t index) const;
  Result<Bytes> blob(std::uint32_t index) const;
  Result<Bytes> guid(std::uint32_t index) const;  // 16 bytes, as Windows stores it; 0 is none
  Result<Bytes> user_string(std::uint32_t index) const;  // UTF-16 and a flag byte

 private:
  struct TableData {
    std::uint32_t rows_here = 0;
    std::uint32_t rows_referenced = 0;  // here or, for a PDB, in the program
    std::uint32_t row_size = 0;
    std::array<std::uint8_t, kClrColumnCountMax> offsets{};
    std::array<std::uint8_t, kClrColumnCountMax> sizes{};
    Bytes rows;
  };

  Status read_root(Bytes content, std::string_view what);
  Status read_pdb_stream();
  Status read_table_stream();
  Status read_row_counts(ByteReader& reader, std::uint64_t present);
  void compute_layout(TableData& table, std::span<const ClrColumn> columns) const;
  std::uint8_t width_of(const ClrColumn& column) const;
  const TableData& data(ClrTable table) const { return tables_[static_cast<std::uint8_t>(table)]; }

  std::string_view version_;
  Bytes pdb_stream_;
  Bytes table_stream_;
  Bytes strings_;
  Bytes user_strings_;
  Bytes blobs_;
  Bytes guids_;
  bool has_wide_indexes_ = false;  // "#JTD"
  std::uint8_t heap_sizes_ = 0;
  std::array<TableData, kClrTableCount> tables_;
};

}  // namespace sigla
