// SPDX-License-Identifier: Apache-2.0
// What a source is asked, as an HTTP request: its URL for a location, and what it wants to see.
// Requests of a bucket of Google's still lack their token (gcs_token.h).
#pragma once

#include <string>
#include <string_view>

#include "http/client.h"
#include "upstream/source_paths.h"

namespace sigla {

enum class Ask { kWhetherThere, kContent };

// `gcs_url` is where Google's API is. Of kSentry, the location's path is the id of a file.
http::ClientRequest source_request(const Source& source,
                                   const Location& location,
                                   Ask ask,
                                   std::string_view gcs_url);
// Sentry's question: which files have these ids.
http::ClientRequest sentry_query(const Source& source, const WantedModule& wanted);

// "https://a.example/x/y", "s3://bucket/x/y", "gs://bucket/x/y", "file:///x/y": for people.
std::string describe(const Source& source, const Location& location);
// Different for locations, and for those who may see different things there. A file name.
std::string key_of(const Source& source, const Location& location);

}  // namespace sigla
