// SPDX-License-Identifier: Apache-2.0
// Questions about the methods of a .NET program (managed_file.h), answered in a sandboxed worker.
//
//   SIGLA_TRY_ASSIGN(const auto answer, look_up_managed(pool, file, "app.dll", queries,
//   on_request)); use(answer.frames[0].line);
//
// The file may be compressed. The other half of the program is asked for (convert/companions.h)
// unless the file holds both.
//
//   request    payload: the question; files: the file, and for a list an empty one
//   answer     payload: frames; or the list, in the file, a JSON array
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/managed_file.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kManagedJob = "managed";

struct ManagedQuery {
  std::uint32_t token = 0;
  std::string method;  // as a stack trace names it; counts where the token is 0
  std::optional<std::uint32_t> il_offset;
};

struct ManagedAnswer {
  std::vector<ManagedFrame> frames;  // one for each query, in their order
  std::string mvid;                  // 32 digits, in written order; empty without the program
  std::string module_name;
  std::string source_link;  // JSON, of the PDB
  std::string companion;    // where the other half was found; empty when it was not
  bool has_program = false;
  bool has_pdb = false;
  std::vector<PdbChecksumState> checksums;
};

Result<ManagedAnswer> look_up_managed(WorkerPool& pool,
                                      const File& file,
                                      std::string_view name,
                                      const std::vector<ManagedQuery>& queries,
                                      const WorkerRequestHandler& on_request = {});

// Writes every method with its sequence points to `output`, in the order of their tokens:
//   {"token":"0x06000001","name":"N.C.F","function":"N.C.F(Int32 x)","sequence_points":[
//    {"il_offset":0,"line":21,"column":5,"end_line":21,"end_column":6,"hidden":false,
//     "document":"C:\\a.cs"}]}
Status list_managed_methods(WorkerPool& pool,
                            const File& file,
                            std::string_view name,
                            const File& output,
                            const WorkerRequestHandler& on_request = {});

void add_managed_job(WorkerJobs& jobs);

}  // namespace sigla
