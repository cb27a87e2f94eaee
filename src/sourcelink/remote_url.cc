// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/remote_url.h"

#include <algorithm>

#include "base/text.h"
#include "http/target.h"

namespace sigla::sourcelink {
namespace {

constexpr std::size_t kUrlSizeMax = 8192;

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// What a path may hold beside unreserved characters and %XX (RFC 3986, section 3.3).
bool is_path_delimiter(char c) {
  return std::string_view("/:@!$&'()*+,;=").find(c) != std::string_view::npos;
}

Error wrong(std::string_view text, std::string_view why) {
  return make_error(ErrorCode::kInvalidArgument, "'{}' is no repository URL: {}", text, why);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
             return is_digit(c) || is_alpha(c) || c == ':' || c == '.' || c == '%';
           });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_unreserved(c) || static_cast<unsigned char>(c) >= 0x80;
  });
}

std::string normalise_escapes(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%') {
      const auto byte = i + 2 < path.size() ? parse_hex_bytes(path.substr(i + 1, 2)) : std::nullopt;
      if (!byte) {
        out += "%25";
        continue;
      }
      const char decoded = static_cast<char>(byte->front());
      if (is_unreserved(decoded)) {
        out += decoded;
      } else {
        out += path.substr(i, 3);
      }
      i += 2;
    } else if (is_unreserved(c) || is_path_delimiter(c)) {
      out += c;
    } else {
      out += http::percent_encode(path.substr(i, 1), false);
    }
  }
  return out;
}

std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> parts = split(path, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool is_dots = parts[i] == "." || parts[i] == "..";
    if (parts[i] == ".." && !kept.empty()) kept.pop_back();
    if (!is_dots) {
      kept.push_back(parts[i]);
    } else if (i + 1 == parts.size()) {
      kept.emplace_back();
    }
  }
  std::string out;
  for (const std::string_view part : kept) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

std::optional<std::uint16_t> port_of_scheme(std::string_view scheme) {
  if (scheme == "http") return std::uint16_t{80};
  if (scheme == "https") return std::uint16_t{443};
  return std::nullopt;
}

}  // namespace

Result<HostName> HostName::parse(std::string_view text) {
  HostName name;
  std::string_view host = text;
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const auto port = parse_decimal(digits);
    if (!digits.empty() && (!port || *port > 65535)) return wrong(text, "its port is no number");
    if (port) name.port = static_cast<std::uint16_t>(*port);
  }
  if (!is_host(host)) {
    return make_error(ErrorCode::kInvalidArgument, "'{}' is no name of a host", text);
  }
  name.host = lower(host);
  return name;
}

std::string HostName::authority() const { return port ? host + ":" + std::to_string(*port) : host; }

Result<RemoteUrl> RemoteUrl::parse(std::string_view text) {
  text = trim(text);
  if (text.size() > kUrlSizeMax) return wrong(text.substr(0, 64), "it is too long");
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || !is_scheme(text.substr(0, scheme_end))) {
    return wrong(text, "it has no scheme");
  }
  RemoteUrl url;
  url.scheme = lower(text.substr(0, scheme_end));
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = remove_dot_segments(normalise_escapes(rest.substr(slash)));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.user_info = authority.substr(0, at);
    authority = authority.substr(at + 1);
  }
  if (authority.empty()) return wrong(text, "it names no host");
  SIGLA_TRY_ASSIGN(HostName name, HostName::parse(authority));
  url.host = std::move(name.host);
  if (name.port != port_of_scheme(url.scheme)) url.port = name.port;
  return url;
}

Result<RemoteUrl> RemoteUrl::parse_git(std::string_view text) {
  text = trim(text);
  if (text.find("://") != std::string_view::npos) return parse(text);
  // A colon before the first slash; one letter before it is a drive of Windows.
  const std::size_t slash = text.find_first_of("/\\");
  const std::size_t bracket = text.substr(0, slash).find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos || colon < 2 || slash < colon) {
    return wrong(text, "it is a path on this machine");
  }
  std::string_view path = text.substr(colon + 1);
  while (path.starts_with('/')) path.remove_prefix(1);
  return parse(fmt::format("ssh://{}/{}", text.substr(0, colon), path));
}

std::optional<std::uint16_t> RemoteUrl::effective_port() const {
  return port ? port : port_of_scheme(scheme);
}

std::string RemoteUrl::authority() const {
  return port ? host + ":" + std::to_string(*port) : host;
}

std::string RemoteUrl::text() const {
  std::string out = scheme + "://" + authority() + path;
  if (!query.empty()) out += "?" + query;
  return out;
}

std::string combine_url(std::string_view base, std::string_view relative) {
  std::string out(base);
  if (relative.empty()) return out;
  if (out.ends_with('/')) out.pop_back();
  if (!relative.starts_with('/')) out += '/';
  return out.append(relative);
}

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> parts;
  if (path.empty() || path == "/") return parts;
  if (path == "//") return std::nullopt;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const std::string_view part : split(path, '/')) {
    if (part.empty()) return std::nullopt;
    parts.emplace_back(part);
  }
  return parts;
}

}  // namespace sigla::sourcelink
