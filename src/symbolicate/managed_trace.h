// SPDX-License-Identifier: Apache-2.0
// Stack traces of .NET, Mono and Unity (formats/clr/stack_trace.h) with the places of their frames:
// programs are found by the MVID or the name in the trace, their PDBs by the programs.
//
//   SIGLA_TRY_ASSIGN(const auto trace, read_managed_trace(pool, file));
//   if (trace.text.frames.empty()) ...
//   SIGLA_TRY_ASSIGN(const auto resolved, resolve_managed_trace(trace, &finder, pool));
//   write_managed_text(text, resolved, {})
//
// Texts and programs are read in sandboxed workers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/managed_job.h"
#include "formats/clr/stack_trace.h"
#include "os/worker.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

inline constexpr std::string_view kManagedTraceJob = "managed-trace";
void add_managed_trace_job(WorkerJobs& jobs);

// The frames in a text; none when it has none.
Result<clr::TraceText> read_managed_trace(WorkerPool& pool, const File& text);

struct ResolvedManagedTrace {
  struct Module {
    ManagedModule wanted;
    std::string name;           // as the program itself has it
    std::string symbol_source;  // empty: the program was not found
    std::string pdb_source;     // another file that its PDB is; empty: none, or inside
    bool has_pdb = false;
    std::string problem;  // found and not usable: why
  };
  struct Frame {
    clr::TraceFrame text;
    ManagedFrame found;
    std::string source_name;            // the method as the source has it, by its name alone
    std::optional<std::size_t> module;  // nothing: the text does not say
    std::string source_url;             // what Source Link makes of the file, with the line
    // What people can open: the URL, else the path in the source tree of a file that the PDB
    // carries; empty otherwise.
    std::string source_link() const;
  };
  std::vector<Module> modules;
  std::vector<Frame> frames;
  std::vector<clr::TraceText::Separator> separators;
};

// `finder` may be null: nothing is looked up then.
Result<ResolvedManagedTrace> resolve_managed_trace(const clr::TraceText& trace,
                                                   const SymbolFinder* finder,
                                                   WorkerPool& pool);

struct ManagedTextOptions {
  bool folds_async = false;       // methods as the source has them, without what await adds
  bool has_source_links = false;  // where to read the source instead of where it was compiled
};
// The text with places in their form: " in FILE:line N" as .NET has it, "FILE:N" as Mono and Unity
// do. Every other byte is as it was, but for what folding takes out.
std::string write_managed_text(std::string_view text,
                               const ResolvedManagedTrace& trace,
                               const ManagedTextOptions& options);
// `native` is what the text has of native code; null: nothing.
std::string write_managed_json(const ResolvedManagedTrace& trace, const Report* native);

// All of it, and of the frames of native code in the same text, by trace_resolver.h: their names in
// the text, their report as "native" in JSON. Nothing for a file that is no text with such frames,
// a dump for one.
Result<std::optional<std::string>> symbolicate_managed_trace(const File& input,
                                                             WorkerPool& pool,
                                                             const SymbolFinder* finder,
                                                             bool as_json,
                                                             const ManagedTextOptions& options);

}  // namespace sigla
