// SPDX-License-Identifier: Apache-2.0
// A part of an object, taken out in a sandboxed worker: what debuginfod hands out of a file.
//
//   SIGLA_TRY(extract_part(pool, {PartKind::kSection, ".debug_line", offset, size}, file, output));
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/limits.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kPartJob = "part";

enum class PartKind : std::uint8_t {
  kSection,  // of an ELF file, by name, as its bytes stand there
  kSource,   // embedded in a PDB or source bundle, by the path the compiler read it from
};

struct PartRequest {
  PartKind kind = PartKind::kSection;
  std::string name = {};
  std::uint64_t offset = 0;  // of the object in its file
  std::uint64_t size = 0;
};

// Writes the part to `output`. kNotFound when the object has no such part, or is of another format.
Status extract_part(WorkerPool& pool,
                    const PartRequest& wanted,
                    const File& file,
                    const File& output);

// The same here, in a process that is sandboxed already.
Status write_part(Bytes object,
                  PartKind kind,
                  std::string_view name,
                  const Limits& limits,
                  const std::function<Status(Bytes)>& sink);

void add_part_job(WorkerJobs& jobs);

}  // namespace sigla
