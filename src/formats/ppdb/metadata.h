// SPDX-License-Identifier: Apache-2.0
// .NET metadata as a Portable PDB has it (ECMA-335 II.24; dotnet/runtime, PortablePdb-Metadata.md):
// the root with its streams, heaps, and the tables 0x30 to 0x37. Borrows the file's bytes, which
// must outlive it; after open() it is immutable.
//
//   offset  size  root            "#Pdb"                      "#~"
//   0       4     "BSJB"          20-byte id                  reserved, version
//   8       …     version string  entry point (4)             heap index sizes, at 6
//   then          stream headers  referenced tables (8),      present tables (8), sorted (8),
//                                 their row counts            row counts, rows
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::ppdb {

inline constexpr std::size_t kIdSize = 20;

enum Table : std::uint32_t {
  kDocument = 0x30,
  kMethodDebugInformation = 0x31,
  kLocalScope = 0x32,
  kLocalVariable = 0x33,
  kLocalConstant = 0x34,
  kImportScope = 0x35,
  kStateMachineMethod = 0x36,
  kCustomDebugInformation = 0x37,
};

struct Document {
  std::uint32_t name = 0;            // blob
  std::uint32_t hash_algorithm = 0;  // guid
  std::uint32_t hash = 0;            // blob
  std::uint32_t language = 0;        // guid
};

struct CustomDebugInformation {
  std::uint32_t parent_tag = 0;  // 22 is Document, 7 is Module
  std::uint32_t parent_row = 0;
  std::uint32_t kind = 0;   // guid
  std::uint32_t value = 0;  // blob
};

// The file starts with the signature of metadata, a Portable PDB's or another's.
bool is_metadata(Bytes file);

// A compressed unsigned integer (ECMA-335 II.23.2) of one, two or four bytes; a lead byte that
// starts none is a failure of the reader.
std::uint32_t read_compressed(ByteReader& reader);

class Metadata {
 public:
  // Error kUnsupported for metadata that is no PDB.
  static Result<Metadata> open(Bytes file, const Limits& limits);

  Bytes id() const { return id_; }  // kIdSize bytes
  std::uint32_t row_count(Table table) const { return tables_[table].row_count; }

  // Rows count from 1. Requires: 1 <= row <= row_count(...).
  Document document(std::uint32_t row) const;
  CustomDebugInformation custom_debug_information(std::uint32_t row) const;

  // kMalformed for an index outside its heap.
  Result<Bytes> blob(std::uint32_t index) const;
  Result<Bytes> guid(std::uint32_t index) const;  // 16 bytes, as Windows stores it

 private:
  struct TableData {
    std::uint32_t row_count = 0;
    std::size_t row_size = 0;
    Bytes rows;
  };

  Status read_root(Bytes file);
  Status read_pdb_stream();
  Status read_table_stream();
  void compute_row_sizes();
  std::size_t index_size(std::uint32_t table) const;
  ByteReader row_reader(Table table, std::uint32_t row) const;
  static std::uint32_t read_index(ByteReader& reader, std::size_t size);

  Bytes pdb_stream_;
  Bytes table_stream_;
  Bytes blobs_;
  Bytes guids_;
  Bytes id_;
  std::size_t string_index_size_ = 2;
  std::size_t guid_index_size_ = 2;
  std::size_t blob_index_size_ = 2;
  std::array<TableData, 64> tables_;
};

}  // namespace sigla::ppdb
