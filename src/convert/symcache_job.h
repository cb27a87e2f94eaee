// SPDX-License-Identifier: Apache-2.0
// The worker job that makes a symcache: the only way other layers should make one from bytes they
// do not trust.
//
//   WorkerMessage request;
//   request.payload = "crash.sym";             // the file's name, for an identity without one
//   request.files = {object file, plain or compressed; a file open for writing}
//   SIGLA_TRY_ASSIGN(const auto done, pool.run(kSymcacheJob, std::move(request)));
//
// The answer's payload is a JSON object of what was skipped: {"malformed FUNC record":{"count":3,
// "details":["line 17",...]}}; empty when nothing was.
#pragma once

#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kSymcacheJob = "symcache";

// This job and the one of convert/demangle_job.h.
void add_convert_jobs(WorkerJobs& jobs);

// What the job does, in this process: the format is recognised by content. kUnsupported when it is
// none that a symcache can be made from.
Status convert_to_symcache(Bytes file,
                           std::string_view file_name,
                           const Limits& limits,
                           Diagnostics& diagnostics,
                           const std::function<Status(Bytes)>& sink);

}  // namespace sigla
