// SPDX-License-Identifier: Apache-2.0
// The programs that the paths of `sigla restore` and `sigla verify` name: folders with everything
// below, .NET's manifests (app/dotnet_manifest.h), crash dumps, single files. Found by content,
// never by name.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace sigla::app {

struct RestoreInputs {
  struct Missing {
    std::string what;  // "Demo.Lib/1.0.0: lib/net8.0/Demo.Lib.dll"
    std::string named_by;
  };
  std::vector<std::string> files;  // programs, and dumps that were named; each once
  std::vector<Missing> missing;    // what a manifest names and nobody has
};

// Errors are those of a path that was named: it cannot be read, or is nothing of ours.
Result<RestoreInputs> find_restore_inputs(const std::vector<std::string>& paths);

}  // namespace sigla::app
