// SPDX-License-Identifier: Apache-2.0
// What a symstore or SSQP path of three parts asks for.
//
//   parse_symstore_path("foo.exe/542D574Ec2000/foo.exe")   kPe, code id 542d574ec2000
//   parse_symstore_path("_.debug/elf-buildid-sym-180a373d…/_.debug")   kElfDebug, code id 180a373d…
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ident/debug_id.h"

namespace sigla {

enum class SymstoreKind { kPe, kPdb, kElfCode, kElfDebug, kMachoCode, kMachoDebug };

struct SymstorePath {
  SymstoreKind kind = SymstoreKind::kPe;
  std::string file_name;            // as it was written
  CodeId code_id;                   // all but kPdb
  std::optional<DebugId> debug_id;  // kPdb; a Portable PDB is asked for with age 0xffffffff
};

// First and last part must be equal but for case. Nothing for anything else, an id that is none
// included.
std::optional<SymstorePath> parse_symstore_path(std::string_view path);

}  // namespace sigla
