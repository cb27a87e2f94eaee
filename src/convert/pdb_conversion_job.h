// SPDX-License-Identifier: Apache-2.0
// The worker job that converts a PDB.
//
//   request    payload: as make_pdb_conversion_request() writes it; files: the PDB (or an assembly
//              with one inside), the assembly unless it is the same file, and an empty one
//   answer     the last file holds the other PDB; payload: for read_pdb_conversion_answer()
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "convert/pdb_conversion.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kPdbConversionJob = "convert-pdb";

enum class PdbFormat { kWindows, kPortable };

WorkerMessage make_pdb_conversion_request(File pdb,
                                          std::optional<File> assembly,
                                          File output,
                                          PdbFormat to,
                                          const PdbConversionOptions& options);

struct PdbConversionReport {
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};
Result<PdbConversionReport> read_pdb_conversion_answer(std::string_view payload);

void add_pdb_conversion_job(WorkerJobs& jobs);

// What the job does. `pdb` may be an assembly: the PDB embedded in it is meant, and to be Portable
// it is only taken out. kConflict when the assembly wants another PDB, kUnsupported for a PDB that
// has the wanted format already, and a native one.
Result<Buffer> convert_pdb(Bytes assembly,
                           Bytes pdb,
                           PdbFormat to,
                           const PdbConversionOptions& options,
                           const Limits& limits,
                           ConversionLog& log);

}  // namespace sigla
