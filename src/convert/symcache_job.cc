// SPDX-License-Identifier: Apache-2.0
#include "convert/symcache_job.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/json_writer.h"
#include "base/parallel.h"
#include "convert/breakpad_to_symcache.h"
#include "convert/contents_job.h"
#include "convert/conversion.h"
#include "convert/demangle_job.h"
#include "convert/elf_to_symcache.h"
#include "convert/macho_to_symcache.h"
#include "convert/managed_job.h"
#include "convert/map_unwrapped.h"
#include "convert/pdb_conversion_job.h"
#include "convert/pdb_to_symcache.h"
#include "convert/pe_to_symcache.h"
#include "convert/perfmap_to_symcache.h"
#include "convert/wasm_to_symcache.h"
#include "formats/breakpad/parser.h"
#include "object/object.h"

namespace sigla {
namespace {

// Below this a second thread costs more than it saves.
constexpr std::uint64_t kSmallFileSize = 1U << 20U;
constexpr unsigned kThreadCountMax = 16;

std::string to_json(const SymcacheReport& report) {
  if (report.companions.empty() && report.diagnostics.empty()) return {};
  JsonWriter json;
  json.begin_object();
  if (!report.companions.empty()) {
    json.key("companions").begin_array();
    for (const std::string& origin : report.companions) json.value(origin);
    json.end_array();
  }
  if (!report.diagnostics.empty()) {
    json.key("skipped").begin_object();
    for (const auto& [category, found] : report.diagnostics.categories()) {
      json.key(category).begin_object().member("count", found.count).key("details").begin_array();
      for (const std::string& detail : found.details) json.value(detail);
      json.end_array().end_object();
    }
    json.end_object();
  }
  json.end_object();
  return std::move(json).take();
}

// "NAME" or "NAME\0ARCH".
std::pair<std::string_view, Arch> parse_request(std::string_view payload) {
  const std::size_t end = payload.find('\0');
  if (end == std::string_view::npos) return {payload, Arch::kUnknown};
  return {payload.substr(0, end), parse_arch(payload.substr(end + 1))};
}

Result<WorkerMessage> run_symcache_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2) {
    return make_error(
        ErrorCode::kInvalidArgument, "symcache job: {} files instead of 2", request.files.size());
  }
  SIGLA_TRY_ASSIGN(const MappedFile mapped, map_unwrapped(request.files[0], context.limits()));
  const File& output = request.files[1];
  SymcacheInput input;
  input.file = mapped.bytes();
  std::tie(input.file_name, input.arch) = parse_request(request.payload);
  if (input.file.size() > kSmallFileSize) {
    input.thread_count = std::min(processor_count(), kThreadCountMax);
  }
  input.find_companion = ask_for_companions(context);
  SymcacheReport report;
  SIGLA_TRY(convert_to_symcache(
      input, context.limits(), report, [&](Bytes piece) { return output.write_all(piece); }));
  WorkerMessage answer;
  answer.payload = to_json(report);
  return answer;
}

Status convert_native(Format format, const SymcacheInput& input, Conversion& conversion) {
  switch (format) {
    case Format::kElf:
      return elf_to_symcache(input.file, conversion);
    case Format::kMacho:
      return macho_to_symcache(input.file, input.arch, conversion);
    case Format::kPe:
      return pe_to_symcache(input.file, conversion);
    case Format::kWasm:
      return wasm_to_symcache(input.file, conversion);
    case Format::kPerfMap:
      return perfmap_to_symcache(input.file, conversion);
    case Format::kPdb:
      return pdb_to_symcache(input.file, conversion);
    default:
      return make_error(ErrorCode::kUnsupported,
                        "no symcache can be made from this format ({})",
                        to_string(format));
  }
}

}  // namespace

WorkerMessage make_symcache_request(File input, File output, std::string_view name, Arch arch) {
  WorkerMessage request;
  request.payload = name.substr(0, name.find('\0'));
  if (arch != Arch::kUnknown) {
    request.payload += '\0';
    request.payload += to_string(arch);
  }
  request.files.push_back(std::move(input));
  request.files.push_back(std::move(output));
  return request;
}

Status convert_to_symcache(const SymcacheInput& input,
                           const Limits& limits,
                           SymcacheReport& report,
                           const std::function<Status(Bytes)>& sink) {
  if (breakpad::looks_like_breakpad(input.file)) {
    return breakpad_to_symcache(input.file, input.file_name, limits, report.diagnostics, sink);
  }
  SymcacheWriter writer(limits);
  writer.set_thread_count(input.thread_count);
  Conversion conversion{.file_name = input.file_name,
                        .limits = limits,
                        .thread_count = input.thread_count,
                        .find_companion = input.find_companion,
                        .writer = writer,
                        .diagnostics = report.diagnostics,
                        .sources = report.companions};
  SIGLA_TRY(convert_native(sniff_format(input.file), input, conversion));
  SIGLA_TRY(writer.finish(sink));
  report.diagnostics.merge(writer.diagnostics());
  return {};
}

void add_convert_jobs(WorkerJobs& jobs) {
  jobs.emplace(kSymcacheJob, run_symcache_job);
  add_contents_job(jobs);
  add_demangle_job(jobs);
  add_managed_job(jobs);
  add_pdb_conversion_job(jobs);
}

}  // namespace sigla
