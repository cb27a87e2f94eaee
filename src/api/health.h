// SPDX-License-Identifier: Apache-2.0
// GET /healthz (the process answers) and GET /readyz (catalog and blobs work, or why not).
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

void add_health_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
