// SPDX-License-Identifier: Apache-2.0
// What a client has already (RFC 9110 section 13) and which encodings it takes (section 12.5.3).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace sigla::http {

// True when `list` ("*", or tags separated by commas) holds `tag`, compared weakly: W/"a" is "a".
bool matches_etag(std::string_view list, std::string_view tag);

// Turns a 200 response to GET or HEAD into a 304 when the request's If-None-Match holds its ETag,
// or, without that header, when If-Modified-Since is not before its Last-Modified.
void apply_conditionals(const Request& request, Response& response);

// The best of `available` (in the server's order of preference) for an Accept-Encoding value;
// nothing means identity, also when the client would rather have no answer than that.
std::optional<std::string_view> negotiate_encoding(std::string_view accept_encoding,
                                                   std::span<const std::string_view> available);

}  // namespace sigla::http
