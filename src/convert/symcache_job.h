// SPDX-License-Identifier: Apache-2.0
// The worker job that makes a symcache: the only way other layers should make one from bytes they
// do not trust.
//
//   WorkerMessage request = make_symcache_request(object_file, empty_file, "app", Arch::kUnknown);
//   SIGLA_TRY_ASSIGN(const auto done, pool.run(kSymcacheJob, std::move(request), on_request));
//
// While it runs the job asks for other files (convert/companions.h); a pool whose caller answers
// nothing gets what the file alone gives. The answer's payload is a JSON object of which of them it
// used and what was skipped, empty when there is neither:
//
//   {"companions":["/usr/lib/debug/..."],
//    "skipped":{"malformed FUNC record":{"count":3,"details":["line 17",...]}}}
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "convert/companions.h"
#include "ident/identity.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kSymcacheJob = "symcache";
// Raised when a symcache made of the same file would say more than before: those that are kept are
// made again then, as they are when symcache::kVersion changes.
inline constexpr std::uint32_t kConversionRevision = 4;

// `input` may be compressed. `name` is the file's, for an identity without one. `arch` says which
// image of a fat file is meant; kUnknown: the first one.
WorkerMessage make_symcache_request(File input, File output, std::string_view name, Arch arch);

// This job and those of convert/contents_job.h and convert/demangle_job.h.
void add_convert_jobs(WorkerJobs& jobs);

struct SymcacheInput {
  Bytes file;  // not compressed
  std::string_view file_name;
  Arch arch = Arch::kUnknown;
  unsigned thread_count = 1;
  FindCompanion find_companion = {};
};
struct SymcacheReport {
  Diagnostics diagnostics;
  std::vector<std::string> companions;  // where those that were used were found
};

// What the job does, in this process: the format is recognised by content. kUnsupported when it is
// none that a symcache can be made from.
Status convert_to_symcache(const SymcacheInput& input,
                           const Limits& limits,
                           SymcacheReport& report,
                           const std::function<Status(Bytes)>& sink);

}  // namespace sigla
