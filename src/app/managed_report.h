// SPDX-License-Identifier: Apache-2.0
// What `sigla lookup` and `sigla inspect --methods` say of .NET programs and their PDBs
// (convert/managed_job.h); the other half is looked for beside the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/local_workers.h"
#include "convert/managed_job.h"
#include "object/object.h"

namespace sigla::app {

// "0x06000003+0x1f": a method's token and an IL offset, both hexadecimal. Nothing for a word
// without a '+'; kInvalidArgument for one that is no such pair.
Result<std::optional<ManagedQuery>> parse_managed_query(std::string_view word);

// Frames as `sigla lookup` prints them, as JSON or for people. `is_verbose`: says on standard error
// which other file was used.
struct ManagedReport {
  std::string text;
  bool found_any = false;
};
Result<ManagedReport> report_managed(const std::string& path,
                                     const std::vector<std::string>& words,
                                     bool as_json,
                                     bool is_verbose,
                                     LazyWorkers& workers);

// Compares what a program says of its PDB with the one beside it. What cannot be compared stays
// open.
void verify_pdb_checksums(const std::string& path, WorkerPool& workers, Object& program);

// The JSON array of convert/managed_job.h.
Result<std::string> list_methods(const std::string& path, LazyWorkers& workers);

}  // namespace sigla::app
