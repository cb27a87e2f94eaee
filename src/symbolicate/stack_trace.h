// SPDX-License-Identifier: Apache-2.0
// Stacks that somebody else walked, as absolute addresses or offsets in modules, to named frames.
//
//   SIGLA_TRY_ASSIGN(const NamedTraces named, name_traces(finder, workers, request));
//
// Every address but that of a stack's first frame is a return address: what is looked up is the
// instruction before it. A frame may say otherwise. Of a first frame the address is taken as it is,
// unless a signal that a wrong instruction raises was delivered while the instruction pointer was
// elsewhere. (The rules are Symbolicator's, symbolic-common's InstructionInfo.)
//
// Frames in modules of .NET (ModuleType::kPortable) that name these by their index are managed
// code: their address is an offset in the IL of their method, and looked up as it is
// (managed_frames.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/worker.h"
#include "symbolicate/address_lookup.h"

namespace sigla {

struct TraceModule {
  ModuleQuery query;
  std::uint64_t base = 0;  // 0: its addresses are not known, frames name it by its index
  std::uint64_t size = 0;  // 0: up to the next one
};

struct TraceFrame {
  std::uint64_t address = 0;
  std::optional<std::uint32_t> module;  // index of the modules that `address` is an offset in
  std::optional<bool> is_return_address;
  // Of managed code, whose `address` is an IL offset: the method's row in the metadata, or its
  // token; 0: not said.
  std::uint32_t method = 0;
};

struct Trace {
  std::vector<TraceFrame> frames;  // innermost first
  std::map<std::string, std::uint64_t> registers;
};

struct TraceRequest {
  std::vector<TraceModule> modules;
  std::vector<Trace> traces;
  std::optional<std::uint32_t> signal;
};

// Lines of a source file.
struct SourceContext {
  std::vector<std::string> before;
  std::string line;
  std::vector<std::string> after;
};

struct NamedFrame {
  enum class Status : std::uint8_t {
    kNamed,
    kNoSymbol,   // the module has symbols, none of them here
    kNoModule,   // the address is in none
    kMissing,    // nobody has the module's symbols
    kMalformed,  // somebody has, and they cannot be used
  };
  Status status = Status::kNoModule;
  std::size_t original = 0;             // index of Trace::frames
  std::optional<std::uint32_t> module;  // index of the modules
  std::uint64_t address = 0;            // what was looked up; of a frame without a name, as it came
  bool is_offset = false;               // `address` is one in the module
  AddressFrame call;                    // of kNamed
  bool is_outermost = false;            // of the calls at this address: not inlined
  std::optional<SourceContext> context;  // see source_context.h
};

struct NamedTraces {
  std::vector<LookedUpModule> modules;
  std::vector<std::vector<NamedFrame>> traces;
};

// `workers` demangle. Frames at the end of a stack that are artefacts of walking it are left out.
Result<NamedTraces> name_traces(const SymbolFinder& finder,
                                WorkerPool& workers,
                                const TraceRequest& request);

}  // namespace sigla
