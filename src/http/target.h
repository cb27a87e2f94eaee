// SPDX-License-Identifier: Apache-2.0
// Request targets (RFC 9112 section 3.2): origin form "/a%20b?x=1" and absolute form
// "http://host/a%20b?x=1" into path and query.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigla::http {

struct Request;

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// Every %XX decoded once; a '%' without two digits stays as it is.
std::string percent_decode(std::string_view text);
// Everything but RFC 3986's unreserved characters (and '/' when `keep_slash`) as %XX.
std::string percent_encode(std::string_view text, bool keep_slash);
// Appends "k=v&k2": names and values decoded, '+' is a space, empty pieces dropped.
void parse_query(std::string_view text, QueryParameters& out);
// Fills path, raw_path and query of the request from its target. False when the target has neither
// form, or its path holds a zero byte after decoding.
bool split_target(Request& request);

}  // namespace sigla::http
