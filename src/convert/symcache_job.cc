// SPDX-License-Identifier: Apache-2.0
#include "convert/symcache_job.h"

#include "base/json_writer.h"
#include "convert/breakpad_to_symcache.h"
#include "convert/demangle_job.h"
#include "formats/breakpad/parser.h"

namespace sigla {
namespace {

std::string to_json(const Diagnostics& diagnostics) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [category, found] : diagnostics.categories()) {
    json.key(category).begin_object().member("count", found.count).key("details").begin_array();
    for (const std::string& detail : found.details) json.value(detail);
    json.end_array().end_object();
  }
  json.end_object();
  return std::move(json).take();
}

Result<WorkerMessage> run_symcache_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2) {
    return make_error(
        ErrorCode::kInvalidArgument, "symcache job: {} files instead of 2", request.files.size());
  }
  SIGLA_TRY_ASSIGN(const auto input,
                   MappedFile::map(request.files[0], context.limits().entry_size_max));
  const File& output = request.files[1];
  Diagnostics diagnostics;
  SIGLA_TRY(convert_to_symcache(
      input.bytes(), request.payload, context.limits(), diagnostics, [&](Bytes piece) {
        return output.write_all(piece);
      }));
  WorkerMessage answer;
  answer.payload = to_json(diagnostics);
  return answer;
}

}  // namespace

Status convert_to_symcache(Bytes file,
                           std::string_view file_name,
                           const Limits& limits,
                           Diagnostics& diagnostics,
                           const std::function<Status(Bytes)>& sink) {
  if (breakpad::looks_like_breakpad(file)) {
    return breakpad_to_symcache(file, file_name, limits, diagnostics, sink);
  }
  return make_error(ErrorCode::kUnsupported, "no format that addresses can be looked up in");
}

void add_convert_jobs(WorkerJobs& jobs) {
  jobs.emplace(kSymcacheJob, run_symcache_job);
  add_demangle_job(jobs);
}

}  // namespace sigla
