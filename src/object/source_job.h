// SPDX-License-Identifier: Apache-2.0
// read_source_files() in a sandboxed worker, and what changes the text of a PDB's source server.
//
//   SIGLA_TRY_ASSIGN(const SourceFiles sources, source_files_in_worker(pool, file, 0, size));
//
// The content of an embedded source is a part of the object: object/part_job.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "object/source_files.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kSourceFilesJob = "source-files";
inline constexpr std::string_view kReplaceSrcsrvJob = "replace-srcsrv";

// Of the object at `offset` in its file.
Result<SourceFiles> source_files_in_worker(WorkerPool& pool,
                                           const File& file,
                                           std::uint64_t offset,
                                           std::uint64_t size);

// Writes the PDB with another text of a source server to `output`; its id and ages stay.
// kUnsupported for what is no Windows PDB.
Status replace_srcsrv_in_worker(WorkerPool& pool,
                                const File& pdb,
                                std::string_view text,
                                const File& output);

void add_source_jobs(WorkerJobs& jobs);

}  // namespace sigla
