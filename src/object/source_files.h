// SPDX-License-Identifier: Apache-2.0
// The source files an object was compiled from, as its debug information names them, and what it
// says about where they are: of PDBs, Portable PDBs (also inside a PE), source bundles, and ELF
// files that have sources in their line tables. Owned copies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla {

struct SourceFile {
  std::string path;
  Buffer checksum;  // by its size MD5, SHA-1, SHA-256, SHA-384 or SHA-512; empty: none
  bool is_embedded = false;
};

struct SourceFiles {
  std::vector<SourceFile> files;
  std::string source_link;  // JSON; empty when there is none
  std::string srcsrv;       // text of a source server; empty when there is none
};

// kUnsupported for formats that name no sources.
Result<SourceFiles> read_source_files(Bytes object, const Limits& limits);

// The content of one that is_embedded. Paths compare as they are, else without case and with
// either slash. kNotFound when there is none.
Result<Buffer> read_embedded_source(Bytes object, std::string_view path, const Limits& limits);

// "/src/./a/../main.c" is "/src/main.c", and "C:\A\b.c" is "c:/a/b.c": paths of one file compare
// as equal.
std::string comparable_path(std::string_view path);

}  // namespace sigla
