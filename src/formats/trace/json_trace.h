// SPDX-License-Identifier: Apache-2.0
// Stacks that somebody hands over as JSON, to be given back with names in their frames:
//
//   Backtrace's report: {"threads":{"1":{"name":"main","fault":true,"stack":[{"address":"4096"}]}},
//                        "modules":[{"start":"4096","size":"8192","code_file":"app",
//                                    "debug_file":"app.pdb","debug_identifier":"..."}]}
//   Sigla's look-up:    {"modules":[{"code_file":"app","code_id":"..."}],
//                        "addresses":[{"module":0,"address":"0x1000"}]}
//
// Backtrace, "Error reporting API". Numbers may be texts there, decimal or "0x".
#pragma once

#include <string_view>

#include "formats/trace/trace.h"

namespace sigla::trace {

// The text begins an object that has one of the two in it.
bool is_json_trace(std::string_view text);
// Error kMalformed for JSON that breaks off. Frames that have a function already are left alone.
Result<Trace> read_json_trace(std::string_view text);

}  // namespace sigla::trace
