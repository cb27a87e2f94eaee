// SPDX-License-Identifier: Apache-2.0
// The programs of .NET that a stack trace names, wherever they lie: what a SymbolPlace is asked for
// besides the symbols of native modules.
#pragma once

#include <optional>
#include <string>

#include "os/file.h"
#include "os/worker.h"

namespace sigla {

// What a trace says of the module a frame is of; either may be empty.
struct ManagedModule {
  std::string mvid;  // 32 lower-case digits
  std::string name;  // "app.dll"

  bool operator==(const ManagedModule&) const = default;
};

struct ManagedProgram {
  File file;
  std::string name;
  std::string source;               // where it was found, for people
  WorkerRequestHandler on_request;  // finds its PDB (convert/companions.h); may be empty
};

}  // namespace sigla
