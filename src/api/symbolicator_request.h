// SPDX-License-Identifier: Apache-2.0
// What a client of Symbolicator's API asks (docs/api of getsentry/symbolicator, and its sources
// where they differ), decoded. Members nobody knows are ignored, as Symbolicator ignores them.
//
//   {"signal":11,"sources":[...],"options":{"dif_candidates":true,"frame_order":"callee_first"},
//    "stacktraces":[{"registers":{"rip":"0x1"},"frames":[{"instruction_addr":"0x100000fa0"}]}],
//    "modules":[{"type":"macho","debug_id":"502fc0a5-...","image_addr":"0x100000000",...}]}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "symbolicate/stack_trace.h"
#include "upstream/source.h"

namespace sigla::api {

struct SymbolicatorOptions {
  bool has_candidates = false;     // "dif_candidates"
  bool has_source_context = true;  // "apply_source_context"
  bool is_caller_first = false;    // "frame_order", of the request and of the answer
};

// What an answer repeats of the request.
struct SymbolicatorModule {
  std::string type;
  std::string debug_id;  // dashed; empty when there was none, or none that is one
  std::string code_id;
  std::string debug_checksum;
  std::optional<std::uint64_t> size;
};
struct SymbolicatorFrame {
  std::string json;   // members that an answer repeats when there is no name, without braces
  std::string trust;  // empty: not said
  std::string platform;
  std::string function;                 // where nobody has a better one
  std::optional<std::uint64_t> method;  // "function_id"
};
struct SymbolicatorTrace {
  std::optional<std::uint64_t> thread_id;
  std::string thread_name;
  std::optional<bool> is_requesting;
  std::vector<SymbolicatorFrame> frames;
};

struct SymbolicatorRequest {
  std::optional<std::vector<Source>> sources;  // nothing: the server's own symbols
  SymbolicatorOptions options;
  TraceRequest stacks;
  std::vector<SymbolicatorModule> modules;  // of stacks.modules
  std::vector<SymbolicatorTrace> traces;    // of stacks.traces
};

// Error kMalformed for what is no JSON, kInvalidArgument for JSON of another form.
Result<SymbolicatorRequest> decode_symbolicator_request(std::string_view body,
                                                        std::string_view scope);

// The parts of it that a form has in fields of their own.
Result<SymbolicatorOptions> decode_symbolicator_options(std::string_view text);

// What POST /symbolicate-any asks besides: a crash that is to be fetched.
struct StoredCrash {
  bool is_apple = false;  // an Apple crash report; else a minidump
  std::string url;
  std::string token;
  std::optional<std::vector<Source>> sources;
  SymbolicatorOptions options;
};
Result<StoredCrash> decode_stored_crash(std::string_view body, std::string_view scope);

}  // namespace sigla::api
