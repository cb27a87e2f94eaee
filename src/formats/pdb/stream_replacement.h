// SPDX-License-Identifier: Apache-2.0
// Writes or replaces a named stream of an existing PDB, native or managed, as Microsoft's pdbstr
// does: "srcsrv", "sourcelink". Every other stream keeps its bytes and its pages, and the file
// keeps its id and both ages, so that it is found by the key it had.
//
//   SIGLA_TRY_ASSIGN(const auto change, pdb::replace_named_stream(file, "srcsrv", text, limits));
//   copy of the file: truncate(change.file_size), then each patch at its offset
//
// Which pages are free follows from the streams' own pages, never from the file's map of them. A
// stream written twice gives the bytes that writing it once gives.
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/pdb/msf_writer.h"

namespace sigla::pdb {

struct FileChange {
  std::uint64_t file_size = 0;
  std::vector<FilePatch> patches;
};

// kUnsupported for MSFZ and PDB 2.0, kMalformed for a file whose streams or names cannot be read.
// Empty content leaves an empty stream of that name.
Result<FileChange> replace_named_stream(Bytes pdb,
                                        std::string_view name,
                                        Bytes content,
                                        const Limits& limits);

// The whole file with the change in it.
Buffer apply_change(Bytes pdb, const FileChange& change);

}  // namespace sigla::pdb
