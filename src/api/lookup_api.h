// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/projects/{project}/lookup: addresses in modules to frames, with the project's own
// symbols. Open to whoever may read the project's symbols.
//
//   {"modules":[{"debug_file":"app.pdb","debug_id":"3249D99D0C4049318610F4E4FB0B69361",
//                "code_file":"app.exe","code_id":"542d574ec2000"}],
//    "addresses":[{"module":0,"address":"0x1a2a"}]}
//
//   {"modules":[{"status":"found","symbol_source":"default/app.pdb","explain":[...]}],
//    "addresses":[{"module":0,"address":"0x1a2a","frames":[{"function","symbol","file"|null,
//                  "line"|null,"column"|null,"source_link"|null,
//                  "inlined":bool}]}]}
//
// One id of a module is enough; a debug id may be of Breakpad's form or dashed. Addresses are
// relative to the module's base. Frames are innermost first.
#pragma once

#include <string_view>
#include <vector>

#include "api/services.h"
#include "http/router.h"
#include "symbolicate/address_lookup.h"

namespace sigla::api {

struct LookupRequest {
  std::vector<ModuleQuery> modules;
  std::vector<ModuleAddress> addresses;
};
Result<LookupRequest> decode_lookup_request(std::string_view body);

void add_lookup_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
