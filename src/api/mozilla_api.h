// SPDX-License-Identifier: Apache-2.0
// Mozilla's symbolication API, as its server Eliot answers it (docs/symbolication.rst of
// mozilla-services/eliot); profilers and crash tools that speak it switch by changing the URL.
//
//   POST [/p/{project}|/t/{token}]/symbolicate/v5   several jobs, frames as objects, inlined calls
//   POST [/p/{project}|/t/{token}]/symbolicate/v4   one job, frames as texts; deprecated upstream
//
// Errors are {"title": text}. Every answer may be read by any web page (CORS), as Eliot's may. With
// a header "Debug: 1" the answer of v5 says how long what took. Modules are found by their debug
// id, native debug files as well as Breakpad's.
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

void add_mozilla_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
