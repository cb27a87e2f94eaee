// SPDX-License-Identifier: Apache-2.0
// The other files that a program's debug information may lie in: its separate debug file, dwz's
// common file, .dwo and .dwp files, a BCSymbolMap, the PDB of a .NET program. Who converts a file
// cannot open any (it runs in a worker); it asks its parent, who knows where to look: the command
// line beside the file and in /usr/lib/debug, the server in its store.
//
//   ask "companion"     payload: encode_companion_request(request)
//   answer              files: the candidate, or none when there is no further one
//                       payload: where it was found, for people
//
// Who asked checks each candidate and asks for the next one (`attempt`) until one fits, so who
// answers needs to read nothing but names and ids.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "os/file.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kAskCompanion = "companion";

enum class CompanionKind : std::uint8_t {
  kDebugFile,      // build_id, and `name` of .gnu_debuglink: what was stripped from an ELF file
  kSupplementary,  // build_id, and `name` of .gnu_debugaltlink: what dwz moved out of several
  kSplitPackage,   // the .dwp of a program whose skeleton units name .dwo files
  kSplitUnit,      // one .dwo: `name` as DW_AT_dwo_name has it, `directory` DW_AT_comp_dir, dwo_id
  kSymbolMap,      // build_id: the UUID whose BCSymbolMap, or .plist with its UUID, is wanted
  // Of .NET. build_id: the PDB's GUID in written order, then its age (little-endian; of a Portable
  // PDB its stamp).
  kManagedPdb,      // `name` as the program's debug directory has it
  kManagedProgram,  // the program of the PDB called `name`
};

struct CompanionRequest {
  CompanionKind kind = CompanionKind::kDebugFile;
  std::uint32_t attempt = 0;  // 0: the best candidate, 1: the next one, ...
  std::uint64_t dwo_id = 0;
  std::string name = {};  // empty, absolute, relative, or of another machine
  std::string directory = {};
  Buffer build_id = {};  // may be empty

  bool operator==(const CompanionRequest&) const = default;
};

std::string encode_companion_request(const CompanionRequest& request);
Result<CompanionRequest> decode_companion_request(Bytes payload);

struct Companion {
  MappedFile file;
  std::string origin;  // where it was found
};
// The candidate, or nothing when there is none (any more). Called by one thread at a time.
using FindCompanion = std::function<std::optional<Companion>(const CompanionRequest&)>;

// Asks the parent of a worker.
FindCompanion ask_for_companions(WorkerContext& context);

}  // namespace sigla
