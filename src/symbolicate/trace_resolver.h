// SPDX-License-Identifier: Apache-2.0
// A recognised stack trace with names: the frames' modules are found, their symbols looked up, and
// the whole becomes a Report, as a dump's walk does.
//
//   SIGLA_TRY_ASSIGN(const ResolvedTrace resolved, resolve_trace(trace, &finder, workers));
//   resolved.report                    for write_json() and the others
//   write_trace(text, trace, resolved) the text itself with its frames replaced
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/trace/trace.h"
#include "os/worker.h"
#include "symbolicate/address_lookup.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

struct ResolvedTrace {
  Report report;
  AddressLookup found;
  std::vector<std::size_t> lookups;      // of each frame, index of found.frames; SIZE_MAX: none
  std::vector<std::uint64_t> addresses;  // of each frame, relative to its module where known
};

// `finder` may be null: nothing is looked up then. `workers` demangle.
Result<ResolvedTrace> resolve_trace(const trace::Trace& trace,
                                    const SymbolFinder* finder,
                                    WorkerPool& workers);

// The text with names in the places of the frames they are known of; an inlined call has a line of
// its own before the frame that contains it. Every other byte is as it was.
std::string write_trace(std::string_view text,
                        const trace::Trace& trace,
                        const ResolvedTrace& resolved);

}  // namespace sigla
