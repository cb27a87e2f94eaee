// SPDX-License-Identifier: Apache-2.0
// The debug information of a .NET program, whichever format it is in: a Portable PDB, read where it
// is asked, or a Windows PDB, read at once. Methods are rows of the program's MethodDef table,
// documents count from 1. Borrows the file's bytes, which must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/ppdb/metadata.h"
#include "formats/ppdb/sequence_points.h"
#include "ident/debug_id.h"

namespace sigla {

using ManagedPoint = ppdb::SequencePoint;

class ManagedPdb {
 public:
  // kUnsupported for what is no PDB of a .NET program.
  static Result<ManagedPdb> open(Bytes file, const Limits& limits);

  // The age of a Portable PDB is its stamp.
  DebugId debug_id() const;
  std::uint32_t method_count() const;
  std::uint32_t document_count() const;

  // In order of IL offset, hidden ones too; none for a method without debug information.
  Result<std::vector<ManagedPoint>> points(std::uint32_t method) const;
  Result<std::string> document_path(std::uint32_t document) const;
  bool is_embedded(std::uint32_t document) const;
  // "N.C.F"; empty in a Portable PDB, which has no names.
  std::string method_name(std::uint32_t method) const;
  // JSON; empty when there is none.
  std::string source_link() const;
  // The method of the source that this MoveNext was made of, or 0; and the other way round.
  std::uint32_t kickoff_of(std::uint32_t move_next) const;
  std::uint32_t move_next_of(std::uint32_t kickoff) const;
  // As a program's debug directory has it; nothing when that cannot be said.
  std::optional<std::string> checksum(std::string_view algorithm) const;

 private:
  explicit ManagedPdb(const Limits& limits) : limits_(limits) {}
  // Of a Windows PDB; null when it does not have the method.
  const pdb::ManagedMethod* windows_method(std::uint32_t method) const;

  // One of the two.
  std::optional<ppdb::Metadata> portable_;
  std::unique_ptr<pdb::ManagedPdb> windows_;
  Limits limits_;
};

}  // namespace sigla
