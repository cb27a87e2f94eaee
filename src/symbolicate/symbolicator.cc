// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/symbolicator.h"

#include <filesystem>
#include <map>
#include <utility>

#include "symbolicate/readable_names.h"
#include "symbolicate/report_codec.h"
#include "symbolicate/walk_job.h"

namespace sigla {
namespace {

void demangle_functions(Report& report, WorkerPool& pool) {
  ReadableNames names;
  for (const ReportThread& thread : report.threads) {
    for (const ReportFrame& frame : thread.frames) names.add(frame.symbol);
  }
  names.demangle(pool);
  for (ReportThread& thread : report.threads) {
    for (ReportFrame& frame : thread.frames) frame.function = names.of(frame.symbol);
  }
}

}  // namespace

Result<Report> Symbolicator::symbolicate(const File& dump, bool has_registers) {
  std::map<std::uint32_t, SymbolAnswer> told;
  const auto on_request = [&](std::string_view what,
                              WorkerMessage request) -> Result<WorkerMessage> {
    if (what == kAskSpool) {
      WorkerMessage spool;
      SIGLA_TRY_ASSIGN(File file, File::create_unnamed(std::filesystem::temp_directory_path()));
      spool.files.push_back(std::move(file));
      return spool;
    }
    if (what != kAskSymcache) {
      return make_error(ErrorCode::kInvalidArgument, "the walk job asks for '{}'", what);
    }
    SIGLA_TRY_ASSIGN(const auto wanted, decode_symcache_request(as_bytes(request.payload)));
    SymbolAnswer answer = finder_->find(wanted.query);
    WorkerMessage message = make_symcache_answer(answer);
    told[wanted.module] = std::move(answer);
    return message;
  };
  SIGLA_TRY_ASSIGN(File handle, dump.duplicate());
  WalkOptions options;
  options.has_symbols = finder_ != nullptr;
  options.has_registers = has_registers;
  SIGLA_TRY_ASSIGN(const auto answer,
                   pool_.run(kWalkJob, make_walk_request(std::move(handle), options), on_request));
  SIGLA_TRY_ASSIGN(Report report, decode_report(as_bytes(answer.payload)));
  for (auto& [index, what] : told) {
    if (index >= report.modules.size()) continue;
    ReportModule& module = report.modules[index];
    module.symbol_source = std::move(what.source);
    if (module.status == ModuleStatus::kMissing && what.has_unusable) {
      module.status = ModuleStatus::kCorrupt;
    }
    if (!module.debug_id && what.debug_id) {
      module.debug_id = what.debug_id;
      module.debug_identifier = what.debug_id->breakpad();
      module.debug_file = what.debug_file;
    }
    // What the dump itself has of a module needs no file.
    const bool is_of_dump = module.status == ModuleStatus::kFound && module.symbol_source.empty();
    if (!is_of_dump) module.advice = std::move(what.advice);
    module.symbol_identity = what.identity;
    module.candidates = std::move(what.candidates);
    module.unwind_source = std::move(what.unwind_source);
    module.has_breakpad_names = what.identity.format == Format::kBreakpad;
    // The worker may have found the symbols unusable, which comes after where they were found.
    what.explain.insert(what.explain.end(), module.explain.begin(), module.explain.end());
    module.explain = std::move(what.explain);
  }
  demangle_functions(report, pool_);
  return report;
}

}  // namespace sigla
