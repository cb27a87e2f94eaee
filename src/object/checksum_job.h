// SPDX-License-Identifier: Apache-2.0
// The checksum of a stored Portable PDB (formats/ppdb/pdb_checksum.h), computed in a sandboxed
// worker: what tells apart two files under one symbol key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kChecksumJob = "pdb checksum";
inline constexpr std::string_view kWantedChecksumsJob = "wanted pdb checksums";

// Of the object at `offset`. Errors are pdb_checksum()'s, or those of WorkerPool::run().
Result<std::string> pdb_checksum_in_worker(WorkerPool& pool,
                                           const File& file,
                                           std::uint64_t offset,
                                           std::uint64_t size,
                                           std::string_view algorithm);

// What a PE says the checksums of its PDBs are: "SHA256:1a2b...". Empty for any other file.
Result<std::vector<std::string>> wanted_pdb_checksums_in_worker(WorkerPool& pool, const File& file);

void add_checksum_job(WorkerJobs& jobs);  // both

}  // namespace sigla
