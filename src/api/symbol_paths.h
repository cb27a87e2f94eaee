// SPDX-License-Identifier: Apache-2.0
// Symbol servers' paths: symstore with one and two tiers, SSQP and Breakpad under /symbols/...,
// /p/{project}/symbols/... and /t/{token}/symbols/....
//
// A miss is a 404, never a 403: symsrv.dll and dotnet-symbol stop asking a server that answers 403.
// A private project asked without a token that may read it is a 401. A Breakpad path with a code id
// redirects to the path with the debug id, as Mozilla's server does, keeping the query.
#pragma once

#include "api/download.h"
#include "http/router.h"

namespace sigla::api {

void add_symbol_path_routes(http::Router& router, const Services& services, Downloads& downloads);

}  // namespace sigla::api
