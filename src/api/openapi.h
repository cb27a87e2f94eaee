// SPDX-License-Identifier: Apache-2.0
// GET /api/v1/openapi.json: the native API described, from openapi.json.in of this folder.
#pragma once

#include <string_view>

#include "http/router.h"

namespace sigla::api {

std::string_view openapi_text();

void add_openapi_routes(http::Router& router);

}  // namespace sigla::api
