// SPDX-License-Identifier: Apache-2.0
// The debuginfod protocol: /buildid/BUILDID/debuginfo and /executable, also under /p/{project} and
// /t/{token} (so DEBUGINFOD_URLS can carry a token). Upper-case build ids are accepted.
#pragma once

#include "api/download.h"
#include "http/router.h"

namespace sigla::api {

void add_debuginfod_routes(http::Router& router, const Services& services, Downloads& downloads);

}  // namespace sigla::api
