// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/managed_frames.h"

#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "convert/managed_job.h"
#include "symbolicate/open_modules.h"
#include "symbolicate/source_urls.h"

namespace sigla {
namespace {

constexpr std::uint32_t kMethodDef = 0x06;  // the table's number, in the high byte of a token

// Clients say the row, or all of the token.
std::uint32_t token_of(std::uint32_t method) {
  if (method == 0 || method >> 24 == kMethodDef) return method;
  return method >> 24 == 0 ? kMethodDef << 24 | method : 0;
}

using Frames = std::vector<std::pair<NamedFrame*, const TraceFrame*>>;

void name_frame(const ManagedFrame& found, const SourceUrls& urls, NamedFrame& frame) {
  frame.status = NamedFrame::Status::kNoSymbol;
  if (found.line == 0) return;
  frame.status = NamedFrame::Status::kNamed;
  frame.is_outermost = true;
  frame.call.function = found.function;
  frame.call.symbol = found.symbol;
  frame.call.file = found.file;
  frame.call.line = found.line;
  frame.call.column = found.column;
  frame.call.source_url = urls.url_of(found.file, found.line);
}

// The frames of one module.
Status name_frames(const SymbolFinder& finder,
                   WorkerPool& workers,
                   const ModuleQuery& query,
                   const Frames& frames,
                   LookedUpModule& told) {
  SymbolAnswer answer = finder.find(query, SymbolUse::kManaged);
  const std::optional<File> pdb = std::move(answer.program);
  told = to_looked_up(answer);
  if (!pdb) return {};
  std::vector<ManagedQuery> queries;
  for (const auto& [frame, asked] : frames) {
    const bool is_offset = asked->address <= UINT32_MAX;
    const auto offset = static_cast<std::uint32_t>(is_offset ? asked->address : 0);
    queries.push_back({is_offset ? token_of(asked->method) : 0, {}, offset});
  }
  const auto found = look_up_managed(workers, *pdb, base_name(told.symbol_source), queries);
  if (!found.has_value()) {
    if (is_environmental(found.error().code())) return found.error().clone();
    told.status = ModuleStatus::kCorrupt;
    told.explain.push_back(found.error().message());
    for (const auto& [frame, asked] : frames) frame->status = NamedFrame::Status::kMalformed;
    return {};
  }
  told.status = ModuleStatus::kFound;
  const SourceUrls urls(found->source_link);
  for (std::size_t i = 0; i < frames.size() && i < found->frames.size(); ++i) {
    name_frame(found->frames[i], urls, *frames[i].first);
  }
  return {};
}

}  // namespace

bool is_managed(const TraceRequest& request, const TraceFrame& frame) {
  return frame.module && *frame.module < request.modules.size() &&
         request.modules[*frame.module].query.type == ModuleType::kPortable;
}

Status name_managed_frames(const SymbolFinder& finder,
                           WorkerPool& workers,
                           const TraceRequest& request,
                           NamedTraces& named) {
  std::map<std::uint32_t, Frames> by_module;
  for (std::size_t i = 0; i < named.traces.size(); ++i) {
    for (NamedFrame& frame : named.traces[i]) {
      const TraceFrame& asked = request.traces[i].frames[frame.original];
      if (is_managed(request, asked)) by_module[*asked.module].emplace_back(&frame, &asked);
    }
  }
  for (const auto& [module, frames] : by_module) {
    SIGLA_TRY(
        name_frames(finder, workers, request.modules[module].query, frames, named.modules[module]));
  }
  return {};
}

}  // namespace sigla
