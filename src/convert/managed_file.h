// SPDX-License-Identifier: Apache-2.0
// A .NET program and its debug information as one: methods by token, named by the program's
// metadata, with the places that the PDB has of their IL. Either half may be missing: a PDB alone
// has places without names, a program alone names without places.
//
//   SIGLA_TRY_ASSIGN(auto file, ManagedFile::open(bytes, "app.dll", limits));
//   if (const auto wanted = file.wanted_companion()) file.add_companion(companion_bytes);
//   const ManagedFrame frame = file.look_up(0x0600'0003, 0x1f);
//
// Borrows the bytes it is given; an embedded PDB is unpacked and owned.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/companions.h"
#include "convert/managed_pdb.h"
#include "formats/clr/method_name.h"
#include "formats/clr/method_text.h"
#include "formats/clr/program.h"
#include "formats/pe/debug_directory.h"
#include "formats/pe/image.h"

namespace sigla {

struct ManagedFrame {
  std::uint32_t token = 0;  // 0: no such method
  std::uint32_t il_offset = 0;
  std::string function;      // of the source; empty when the program is not there
  std::string symbol;        // as the metadata has it
  std::string file;          // empty: no place is known
  bool is_embedded = false;  // the PDB carries that source
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;

  bool is_known() const { return !function.empty() || !file.empty(); }
};

// What the program's debug directory says of its PDB.
struct PdbChecksumState {
  std::string algorithm;
  std::string digest;            // lower-case hexadecimal
  std::optional<bool> is_right;  // nothing: the PDB is not there, or nobody knows the algorithm
};

class ManagedFile {
 public:
  // A managed PE or its PDB. kUnsupported for other files.
  static Result<ManagedFile> open(Bytes file, std::string_view name, const Limits& limits);

  // What the other half is looked for by; nothing when there is none or it is there.
  std::optional<CompanionRequest> wanted_companion() const;
  // False when it is not the other half of this file.
  bool add_companion(Bytes file);

  const std::optional<clr::Program>& program() const { return program_; }
  const std::optional<ManagedPdb>& pdb() const { return pdb_; }
  std::vector<PdbChecksumState> checksums() const;

  std::uint32_t method_count() const;
  // `method` is a row. The name of a method that moved into a state machine is its source's.
  clr::FunctionName function(std::uint32_t method) const;
  ManagedFrame look_up(std::uint32_t token, std::uint32_t il_offset) const;
  // The method that a trace names, or the state machine that its code moved into; without an IL
  // offset only the file is known.
  std::vector<ManagedFrame> look_up(const std::vector<clr::MethodText>& methods,
                                    const std::vector<std::optional<std::uint32_t>>& offsets) const;

 private:
  explicit ManagedFile(const Limits& limits) : limits_(limits) {}
  Status open_program(Bytes file);
  Status open_embedded_pdb();
  Status open_pdb(Bytes file);
  bool is_pair(const ManagedPdb& pdb) const;
  std::uint32_t moved_to(std::uint32_t method) const;
  void set_place(ManagedFrame& frame, std::optional<std::uint32_t> il_offset) const;

  Limits limits_;
  std::string name_;
  std::optional<clr::Program> program_;
  pe::DebugDirectory debug_;
  std::unique_ptr<Buffer> embedded_;
  std::optional<ManagedPdb> pdb_;
};

}  // namespace sigla
