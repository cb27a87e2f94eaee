// SPDX-License-Identifier: Apache-2.0
// The record by which a module names its debug file: a PDB (RSDS, NB10) or an ELF build id (BpEL,
// Breakpad's invention).
//
//   RSDS  GUID (16), age (4), path, NUL        NB10  offset (4), stamp (4), age (4), path, NUL
//   BpEL  the build id, to the end of the record
#pragma once

#include <optional>
#include <string>

#include "formats/minidump/image.h"
#include "ident/debug_id.h"

namespace sigla::minidump {

struct CodeView {
  enum class Kind { kPdb70, kPdb20, kElfBuildId, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string pdb_path;             // the PDB kinds, as the linker wrote it
  std::optional<DebugId> debug_id;  // RSDS and BpEL
  std::uint32_t signature = 0;      // NB10: time stamp
  std::uint32_t age = 0;            // NB10
  Bytes build_id;                   // BpEL; borrows from the file

  // As Breakpad writes it in file names: GUID and age, or NB10's stamp and age; empty if unknown.
  std::string breakpad_id() const;
};

Result<CodeView> read_code_view(const Image& image, const MINIDUMP_LOCATION_DESCRIPTOR& location);

}  // namespace sigla::minidump
