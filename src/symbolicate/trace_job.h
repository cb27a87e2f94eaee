// SPDX-License-Identifier: Apache-2.0
// The worker job that finds the frames in a text. Request: the text as its only file. Result: an
// encoded Trace (trace_codec.h); one without frames when the text has none.
#pragma once

#include <string_view>

#include "formats/trace/trace.h"
#include "os/worker.h"

namespace sigla {

inline constexpr std::string_view kTraceJob = "trace";

void add_trace_job(WorkerJobs& jobs);

// The trace in a text of `text_size` bytes, read in a worker of the pool.
Result<trace::Trace> read_trace(WorkerPool& pool, const File& text, std::size_t text_size);

}  // namespace sigla
