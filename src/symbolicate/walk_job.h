// SPDX-License-Identifier: Apache-2.0
// The worker job that reads a dump and walks its stacks.
//
// Request: the dump as its only file, plain or compressed; of a compressed one the job asks for an
// empty file to unpack it to ("spool"). While it runs the job asks for the symbols of each module
// it comes across ("symcache", payload an encoded index and ModuleQuery; the answer has up to two
// symcaches as its files, of a core's crashed module its program as well, and says in its payload
// what each is for). Result: an encoded Report (report_codec.h).
#pragma once

#include <string_view>

#include "os/worker.h"
#include "symbolicate/module_query.h"
#include "symbolicate/report.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

inline constexpr std::string_view kWalkJob = "walk";
inline constexpr std::string_view kAskSymcache = "symcache";
inline constexpr std::string_view kAskSpool = "spool";

struct WalkOptions {
  bool has_symbols = true;     // false: nobody knows symbols, do not ask
  bool has_registers = false;  // of every frame, which makes the report larger
};

void add_symbolicate_jobs(WorkerJobs& jobs);

// The job itself, for tests and for callers who trust the dump.
Result<WorkerMessage> run_walk_job(WorkerMessage request, WorkerContext& context);

WorkerMessage make_walk_request(File dump, const WalkOptions& options);
// What the parent gets and gives when asked for a symcache.
struct SymcacheRequest {
  std::uint32_t module = 0;  // index of Report::modules
  ModuleQuery query;
};
std::string encode_symcache_request(const SymcacheRequest& request);
Result<SymcacheRequest> decode_symcache_request(Bytes payload);
// Takes the files out of the answer.
WorkerMessage make_symcache_answer(SymbolAnswer& answer);

}  // namespace sigla
