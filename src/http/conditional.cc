// SPDX-License-Identifier: Apache-2.0
#include "http/conditional.h"

#include <algorithm>

#include "base/text.h"
#include "http/head_writer.h"

namespace sigla::http {
namespace {

std::string_view strong(std::string_view tag) {
  tag = trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

// "0.5" as 500; 0 to 1000. What is no weight counts as 1.
int parse_weight(std::string_view text) {
  text = trim(text);
  if (text.starts_with('1') || text.empty() || text[0] != '0') return 1000;
  text.remove_prefix(1);
  if (!text.starts_with('.')) return 0;
  int weight = 0;
  int unit = 100;
  for (const char c : text.substr(1, 3)) {
    if (c < '0' || c > '9') break;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight;
}

// The weight the header gives to a coding: its own, or the one of "*"; -1 when there is neither.
int weight_of(std::string_view accept_encoding, std::string_view coding) {
  int weight = -1;
  for (const std::string_view item : split(accept_encoding, ',')) {
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trim(item.substr(0, semicolon));
    std::string_view parameter = trim(item.substr(std::min(semicolon + 1, item.size())));
    int given = 1000;
    if (parameter.size() > 2 && equals_ignoring_case(parameter.substr(0, 2), "q=")) {
      given = parse_weight(parameter.substr(2));
    }
    if (equals_ignoring_case(name, coding)) return given;
    if (name == "*") weight = given;
  }
  return weight;
}

void make_not_modified(Response& response) {
  response.status = 304;
  response.body = std::string();
  std::erase_if(response.headers, [](const auto& header) {
    return header.first.size() > 8 && equals_ignoring_case(header.first.substr(0, 8), "Content-");
  });
}

}  // namespace

bool matches_etag(std::string_view list, std::string_view tag) {
  if (trim(list) == "*") return true;
  const std::string_view wanted = strong(tag);
  // Tags of this server hold no commas, so splitting at them loses no match.
  const auto tags = split(list, ',');
  return std::any_of(tags.begin(), tags.end(), [&](auto item) { return strong(item) == wanted; });
}

void apply_conditionals(const Request& request, Response& response) {
  if (response.status != 200 || (request.method != "GET" && request.method != "HEAD")) return;
  const auto etag = response.header("ETag");
  const auto none_match = request.header("If-None-Match");
  if (none_match.has_value()) {
    if (etag.has_value() && matches_etag(*none_match, *etag)) make_not_modified(response);
    return;
  }
  // Dates are slow to read, and few clients send one.
  const auto condition = request.header("If-Modified-Since");
  if (!condition.has_value()) return;
  const auto since = parse_http_date(*condition);
  const auto modified = parse_http_date(response.header("Last-Modified").value_or(""));
  if (since.has_value() && modified.has_value() && *modified <= *since) {
    make_not_modified(response);
  }
}

std::optional<std::string_view> negotiate_encoding(std::string_view accept_encoding,
                                                   std::span<const std::string_view> available) {
  std::optional<std::string_view> best;
  // Without a word about it, identity is acceptable but what the client names is better.
  int best_weight = weight_of(accept_encoding, "identity");
  if (best_weight < 0 || accept_encoding.find("identity") == std::string_view::npos) {
    best_weight = 0;
  }
  for (const std::string_view coding : available) {
    const int weight = weight_of(accept_encoding, coding);
    if (weight > 0 && (weight > best_weight || (!best.has_value() && weight == best_weight))) {
      best = coding;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace sigla::http
