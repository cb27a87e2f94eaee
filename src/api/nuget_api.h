// SPDX-License-Identifier: Apache-2.0
// What NuGet clients push packages with (docs.microsoft.com/nuget/api): the service index, below
// every prefix of api/prefix.h, and what it names:
//
//   GET    /v3/index.json                        the service index
//   PUT    /api/v2/package[/]                    a .nupkg or .symbols.nupkg
//   PUT    /api/v2/symbol[/]                     a .snupkg
//   DELETE /api/v2/package/{id}/{version}        takes the package's files out of sight
//   POST   /api/v2/package/{id}/{version}        shows them again
//   PUT    /, /p/{project}, /t/{token}           a .nupkg, from clients that know no index
//
// The token comes as X-NuGet-ApiKey, in any way of api/access.h, or in the path. Clients show the
// reason phrase of a refusal and X-NuGet-Warning, never the body, so both are told there as well.
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

void add_nuget_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
