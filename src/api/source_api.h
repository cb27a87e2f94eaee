// SPDX-License-Identifier: Apache-2.0
// Sources over HTTP.
//
//   GET    /api/v1/projects/{project}/source?debug_id=ID&path=PATH   the source; or code_id=ID
//   GET    /api/v1/projects/{project}/source-hosts                   hosts with credentials
//   PUT    /api/v1/projects/{project}/source-hosts                   sets one, or the tag's URL
//   DELETE /api/v1/projects/{project}/source-hosts?host=HOST         forgets one
//
// Hosts are an administrator's matter; what they are shown is never answered.
#pragma once

#include "api/services.h"
#include "http/router.h"
#include "store/file_cache.h"

namespace sigla::api {

void add_source_routes(http::Router& router, const Services& services, FileCache& cache);

}  // namespace sigla::api
