// SPDX-License-Identifier: Apache-2.0
// identify() in a sandboxed worker: for every caller that was handed a file by somebody else.
//
//   SIGLA_TRY_ASSIGN(const auto found, identify_in_worker(pool, file, "crash.pd_", {}));
//   for (const Object& object : found.objects) index(lookup_keys(object.identity));
//
// The job reads the descriptor it is given and nothing else; what it unpacks goes into files it
// asks its parent for.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "codec/unwrap.h"
#include "object/object.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kIdentifyJob = "identify";

struct IdentifiedFile {
  std::vector<Object> objects;  // never empty
  Wrapping wrapping = Wrapping::kNone;
  std::string name;        // without what the wrapping added to it
  std::uint64_t size = 0;  // of the content, unwrapped
};

struct IdentifyOptions {
  bool unwrap = true;  // false: a compressed file is of no format we know
  // Where the parent makes the files that compressed ones are unpacked into; empty: $TMPDIR or
  // /tmp.
  std::filesystem::path scratch_directory;
};

// Errors are identify()'s and unwrap()'s, or those of WorkerPool::run().
Result<IdentifiedFile> identify_in_worker(WorkerPool& pool,
                                          const File& file,
                                          std::string_view file_name,
                                          const IdentifyOptions& options,
                                          const Limits& limits = {});

// The same here and now, for a file that is trusted or a process that is sandboxed already. Without
// `make_file` nothing is unwrapped.
Result<IdentifiedFile> identify_file(const File& file,
                                     std::string_view file_name,
                                     const FileFactory& make_file,
                                     const Limits& limits);

// Adds kIdentifyJob, kPartJob (part_job.h) and those of source_job.h and checksum_job.h.
void add_object_jobs(WorkerJobs& jobs);

}  // namespace sigla
