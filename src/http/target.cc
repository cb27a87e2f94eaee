// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "http/request.h"

namespace sigla::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_decoded(std::string_view text, bool plus_is_space, std::string& out) {
  // Up to the first escape, which is mostly all of it.
  const std::size_t plain =
      std::min(plus_is_space ? text.find_first_of("%+") : text.find('%'), text.size());
  out += text.substr(0, plain);
  for (std::size_t i = plain; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
  }
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// "http://host/path" without scheme and authority: "/path".
std::optional<std::string_view> without_origin(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = target.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
    return std::nullopt;
  }
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t path = rest.find_first_of("/?");
  if (path == 0) return std::nullopt;
  if (path == std::string_view::npos) return std::string_view("/");
  return rest.substr(path);
}

}  // namespace

std::string percent_decode(std::string_view text) {
  std::string out;
  append_decoded(text, false, out);
  return out;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

void parse_query(std::string_view text, QueryParameters& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto& parameter = out.emplace_back();
    append_decoded(piece.substr(0, equals), true, parameter.first);
    if (equals < piece.size()) append_decoded(piece.substr(equals + 1), true, parameter.second);
  }
}

bool split_target(Request& request) {
  const auto target = without_origin(request.target);
  if (!target.has_value()) return false;
  const std::string_view whole = target->substr(0, target->find('#'));
  const std::size_t mark = std::min(whole.find('?'), whole.size());
  request.raw_path = mark == 0 ? std::string_view("/") : whole.substr(0, mark);
  request.path.clear();
  append_decoded(request.raw_path, false, request.path);
  request.query.clear();
  if (mark < whole.size()) parse_query(whole.substr(mark + 1), request.query);
  return request.path.find('\0') == std::string::npos;
}

}  // namespace sigla::http
