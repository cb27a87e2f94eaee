// SPDX-License-Identifier: Apache-2.0
// The manifest of a source bundle, a JSON text:
//
//   { "files": { "files/src/main.c": { "type": "source", "path": "/src/main.c" }, ... },
//     "arch": "x86_64", "code_id": "...", "debug_id": "...", "object_name": "/usr/bin/app" }
//
// Every member may be missing, and unknown ones are passed over.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::sourcebundle {

struct ManifestFile {
  std::string entry;  // its name in the archive
  std::string type;   // "source", "minified_source", "source_map", ...
  std::string path;   // where the compiler read it
};

struct Manifest {
  std::string arch;
  std::string code_id;
  std::string debug_id;
  std::string object_name;
  std::vector<ManifestFile> files;
};

Result<Manifest> parse_manifest(Bytes json, const Limits& limits);

}  // namespace sigla::sourcebundle
