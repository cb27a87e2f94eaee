// SPDX-License-Identifier: Apache-2.0
// A Portable PDB (dotnet/runtime, PortablePdb-Metadata.md): its id and the rows of its tables, as
// they stand in the file. What the blobs in them mean is said by the other headers of this folder;
// a method is looked up by its row in the MethodDef table of the program (the low three bytes of
// its token), and nothing is read that is not asked for. Borrows the file's bytes, which must
// outlive it; immutable after open().
//
//   SIGLA_TRY_ASSIGN(const auto pdb, ppdb::Metadata::open(file, limits));
//   SIGLA_TRY_ASSIGN(auto points, ppdb::SequencePoints::open(pdb, 0x0600'0003 & 0xff'ffff));
//   ppdb::SequencePoint point;
//   while (points.next(point)) use(point.il_offset, point.start_line);
//   SIGLA_TRY(points.finish());
//
//   offset  size  "#Pdb" stream
//   0       20    id: GUID and stamp
//   20      4     token of the entry point, or 0
//   24      8     tables of the program that rows point to, then their row counts
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "codec/clr_metadata.h"

namespace sigla::ppdb {

inline constexpr std::size_t kIdSize = 20;

struct Document {
  std::uint32_t name = 0;            // blob
  std::uint32_t hash_algorithm = 0;  // guid
  std::uint32_t hash = 0;            // blob
  std::uint32_t language = 0;        // guid
};

struct MethodDebugInformation {
  std::uint32_t document = 0;         // 0: none, or several
  std::uint32_t sequence_points = 0;  // blob
};

struct LocalScope {
  std::uint32_t method = 0;
  std::uint32_t import_scope = 0;
  ClrMetadata::Rows variables;  // in range
  ClrMetadata::Rows constants;
  std::uint32_t start_offset = 0;
  std::uint32_t length = 0;
};

struct LocalVariable {
  static constexpr std::uint16_t kDebuggerHidden = 0x0001;
  std::uint16_t attributes = 0;
  std::uint16_t index = 0;  // slot of the local signature
  std::uint32_t name = 0;   // string
};

struct LocalConstant {
  std::uint32_t name = 0;       // string
  std::uint32_t signature = 0;  // blob
};

struct ImportScope {
  std::uint32_t parent = 0;   // row; 0: none
  std::uint32_t imports = 0;  // blob
};

struct StateMachineMethod {
  std::uint32_t move_next = 0;  // rows of MethodDef
  std::uint32_t kickoff = 0;
};

struct CustomDebugInformation {
  ClrToken parent;
  std::uint32_t kind = 0;   // guid
  std::uint32_t value = 0;  // blob
};

// The file starts with the signature of metadata, a Portable PDB's or another's.
bool is_metadata(Bytes file);

class Metadata {
 public:
  // Error kUnsupported for metadata that is no PDB.
  static Result<Metadata> open(Bytes file, const Limits& limits);

  Bytes file() const { return file_; }
  Bytes id() const { return id_; }  // kIdSize bytes, inside file()
  ClrToken entry_point() const { return entry_point_; }
  std::uint32_t row_count(ClrTable table) const { return tables_.row_count(table); }
  // Methods of the program: row_count(kMethodDebugInformation), which may be 0 for a PDB without.
  std::uint32_t method_count() const { return row_count(ClrTable::kMethodDebugInformation); }

  // Rows count from 1. Requires: 1 <= row <= row_count(...).
  Document document(std::uint32_t row) const;
  MethodDebugInformation method(std::uint32_t row) const;
  LocalScope local_scope(std::uint32_t row) const;
  LocalVariable local_variable(std::uint32_t row) const;
  LocalConstant local_constant(std::uint32_t row) const;
  ImportScope import_scope(std::uint32_t row) const;
  StateMachineMethod state_machine_method(std::uint32_t row) const;
  CustomDebugInformation custom_debug_information(std::uint32_t row) const;

  // Rows of LocalScope that belong to a method, outermost scopes first; by binary search.
  ClrMetadata::Rows scopes_of(std::uint32_t method) const;
  // The method that the source has for this MoveNext of a state machine; 0 when it is none.
  std::uint32_t kickoff_of(std::uint32_t move_next) const;
  // Rows of CustomDebugInformation of one parent; by binary search.
  ClrMetadata::Rows debug_information_of(ClrToken parent) const;

  // kMalformed for an index outside its heap.
  Result<Bytes> blob(std::uint32_t index) const { return tables_.blob(index); }
  Result<Bytes> guid(std::uint32_t index) const { return tables_.guid(index); }
  Result<std::string_view> string(std::uint32_t index) const { return tables_.string(index); }

 private:
  explicit Metadata(Bytes file, ClrMetadata tables) : file_(file), tables_(tables) {}

  Bytes file_;
  ClrMetadata tables_;
  Bytes id_;
  ClrToken entry_point_;
};

}  // namespace sigla::ppdb
