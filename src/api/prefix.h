// SPDX-License-Identifier: Apache-2.0
// The three ways to name a project in a download URL: not at all (the default project), by
// /p/{project}, by /t/{token}.
#pragma once

#include <string>
#include <string_view>

#include "api/services.h"
#include "base/result.h"
#include "http/request.h"

namespace sigla::api {

enum class Prefix { kNone, kProject, kToken };
inline constexpr Prefix kPrefixes[] = {Prefix::kNone, Prefix::kProject, Prefix::kToken};

// What stands before "/symbols/..." in a route: "", "/p/{project}", "/t/{token}".
std::string_view route_prefix(Prefix prefix);
// The same of a request, percent-encoded.
std::string request_prefix(Prefix prefix, const http::Request& request);
// What the route's {rest...} matched.
std::string_view rest_of_path(Prefix prefix, const http::Request& request);

// The project asked, when the request may read its symbols: kNotFound for an unknown project,
// kUnauthenticated for a private one without a token that may read it (a 403 would make debuggers
// give up on the server, and says no more).
Result<Project> readable_project(Prefix prefix,
                                 const http::Request& request,
                                 const Services& services);
// The same for who wants answers made of the symbols: a token with query:post does as well.
Result<Project> queried_project(Prefix prefix,
                                const http::Request& request,
                                const Services& services);

}  // namespace sigla::api
