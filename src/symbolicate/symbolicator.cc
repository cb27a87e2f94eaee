// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/symbolicator.h"

#include <map>

#include "symbolicate/report_codec.h"
#include "symbolicate/walk_job.h"

namespace sigla {

Result<Report> Symbolicator::symbolicate(const File& dump, bool has_registers) {
  struct Told {
    std::string source;
    std::vector<std::string> explain;
  };
  std::map<std::uint32_t, Told> told;
  const auto on_request = [&](std::string_view what,
                              WorkerMessage request) -> Result<WorkerMessage> {
    if (what != kAskSymcache) {
      return make_error(ErrorCode::kInvalidArgument, "the walk job asks for '{}'", what);
    }
    SIGLA_TRY_ASSIGN(const auto wanted, decode_symcache_request(as_bytes(request.payload)));
    SymbolAnswer answer = finder_->find(wanted.query);
    told[wanted.module] = {std::move(answer.source), std::move(answer.explain)};
    WorkerMessage message;
    if (answer.symcache) message.files.push_back(std::move(*answer.symcache));
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
    // The worker may have found the symbols unusable, which comes after where they were found.
    what.explain.insert(what.explain.end(), module.explain.begin(), module.explain.end());
    module.explain = std::move(what.explain);
  }
  return report;
}

}  // namespace sigla
