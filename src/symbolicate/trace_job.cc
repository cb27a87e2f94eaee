// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/trace_job.h"

#include <utility>

#include "formats/applecrash/report.h"
#include "formats/trace/json_trace.h"
#include "symbolicate/apple_trace.h"
#include "symbolicate/trace_codec.h"

namespace sigla {
namespace {

Result<trace::Trace> read_apple_report(std::string_view text, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto report, applecrash::read_report(text, limits));
  return trace_of(report);
}

Result<trace::Trace> find_trace(std::string_view text, const Limits& limits) {
  const bool is_apples = applecrash::is_report(text);
  if (!is_apples && !trace::is_json_trace(text)) return trace::recognise(text, limits);
  auto whole = is_apples ? read_apple_report(text, limits) : trace::read_json_trace(text);
  if (whole.has_value()) return whole;
  // What only looks like one may have other frames in it.
  trace::Trace trace = trace::recognise(text, limits);
  if (trace.frames.empty()) return whole;
  return trace;
}

Result<WorkerMessage> run_trace_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "trace job: no text was handed over");
  }
  const Limits& limits = context.limits();
  SIGLA_TRY_ASSIGN(const MappedFile text,
                   MappedFile::map(request.files.front(), trace::kTextSizeMax));
  SIGLA_TRY_ASSIGN(const trace::Trace trace, find_trace(as_text(text.bytes()), limits));
  WorkerMessage answer;
  answer.payload = encode_trace(trace);
  return answer;
}

}  // namespace

Result<trace::Trace> read_trace(WorkerPool& pool, const File& text, std::size_t text_size) {
  WorkerMessage request;
  SIGLA_TRY_ASSIGN(File handle, text.duplicate());
  request.files.push_back(std::move(handle));
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kTraceJob, std::move(request)));
  return decode_trace(as_bytes(answer.payload), text_size);
}

void add_trace_job(WorkerJobs& jobs) { jobs.emplace(kTraceJob, run_trace_job); }

}  // namespace sigla
