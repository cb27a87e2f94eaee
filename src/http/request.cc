// SPDX-License-Identifier: Apache-2.0
#include "http/request.h"

#include "base/text.h"
#include "http/target.h"

namespace sigla::http {

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (equals_ignoring_case(header.first, name)) return std::string_view(header.second);
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& parameter : query) {
    if (parameter.first == name) return std::string_view(parameter.second);
  }
  return std::nullopt;
}

bool Request::split_path_parameters() {
  const std::size_t slash = raw_path.rfind('/');
  const std::size_t mark = raw_path.find('&', slash == std::string::npos ? 0 : slash);
  if (mark == std::string::npos) return false;
  parse_query(std::string_view(raw_path).substr(mark + 1), query);
  raw_path.resize(mark);
  path = percent_decode(raw_path);
  return true;
}

void Request::clear() {
  method.clear();
  target.clear();
  path.clear();
  raw_path.clear();
  query.clear();
  headers.clear();
  captures.clear();
  body.clear();
  body_file = File();
  body_size = 0;
  body_sha256.clear();
}

}  // namespace sigla::http
