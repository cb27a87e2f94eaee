// SPDX-License-Identifier: Apache-2.0
#include "convert/source_server_text.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "sourcelink/map.h"
#include "sourcelink/srcsrv.h"

namespace sigla {
namespace {

constexpr std::string_view kNewLine = "\r\n";

struct Mapping {
  std::string path;
  std::string url;
};

std::string_view scheme_of(std::string_view url) {
  if (equals_ignoring_case(url.substr(0, 7), "http://")) return "http";
  if (equals_ignoring_case(url.substr(0, 8), "https://")) return "https";
  return {};
}

// RFC 3986: characters that stand for themselves, and escapes.
bool is_well_formed(std::string_view url) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter || kOthers.find(c) != std::string_view::npos) continue;
    if (c != '%' || !parse_hex_bytes(url.substr(i + 1, 2)) || url.size() - i < 3) return false;
    i += 2;
  }
  return true;
}

std::size_t common_prefix(const std::vector<Mapping>& mappings) {
  std::string_view prefix = mappings.front().url;
  for (const Mapping& mapping : mappings) {
    const auto [end, ignored] = std::ranges::mismatch(prefix, mapping.url);
    prefix = prefix.substr(0, static_cast<std::size_t>(end - prefix.begin()));
  }
  return prefix.size();
}

}  // namespace

std::optional<std::string> source_link_to_srcsrv(std::string_view source_link,
                                                 const std::vector<std::string>& documents,
                                                 const PdbConversionOptions& options,
                                                 const Limits& limits,
                                                 ConversionLog& log) {
  if (documents.empty()) return std::nullopt;
  const auto map = sourcelink::SourceLinkMap::parse(source_link, limits);
  if (!map.has_value()) {
    log.warn("the Source Link map is invalid: " + map.error().message());
    return std::nullopt;
  }
  std::vector<Mapping> mappings;
  std::string_view scheme;
  for (const std::string& document : documents) {
    auto url = map->url_of(document);
    if (!url) {
      log.warn("the Source Link map has no URL for document '" + document + "'");
      continue;
    }
    const std::string_view own_scheme = scheme_of(*url);
    if (url->find(':') == std::string::npos || !is_well_formed(*url)) {
      log.warn("'" + *url + "' of the Source Link map is no URL");
      continue;
    }
    if (own_scheme.empty()) {
      log.warn("a source server cannot fetch '" + *url + "': it is not of http or https");
      continue;
    }
    scheme = scheme.empty() || scheme == own_scheme ? own_scheme : "http";
    mappings.push_back({document, std::move(*url)});
  }
  if (mappings.empty()) {
    log.warn("the Source Link map has no URL that a source server can fetch");
    return std::nullopt;
  }
  const std::size_t prefix = common_prefix(mappings);
  std::string text =
      "SRCSRV: ini ------------------------------------------------\r\nVERSION=2\r\n";
  text += "SRCSRV: variables ------------------------------------------\r\n";
  text += "RAWURL=" + mappings.front().url.substr(0, prefix) + "%var2%\r\n";
  text += fmt::format("SRCSRVVERCTRL={}\r\nSRCSRVTRG=%RAWURL%\r\n", scheme);
  for (const auto& [name, value] : options.srcsrv_variables) {
    text += name + "=" + value;
    text += kNewLine;
  }
  text += "SRCSRV: source files ---------------------------------------\r\n";
  for (const Mapping& mapping : mappings) {
    text += mapping.path + "*" + mapping.url.substr(prefix);
    text += kNewLine;
  }
  return text + "SRCSRV: end ------------------------------------------------";
}

namespace {

// What the path and the URL end in alike, '\' being '/': how much of both.
std::size_t common_end(std::string_view path, std::string_view url) {
  std::size_t size = 0;
  std::size_t whole_parts = 0;
  while (size < path.size() && size < url.size()) {
    const char a = path[path.size() - 1 - size] == '\\' ? '/' : path[path.size() - 1 - size];
    if (a != url[url.size() - 1 - size]) break;
    ++size;
    const bool at_separator = a == '/';
    if (at_separator) whole_parts = size - 1;
  }
  return whole_parts;
}

std::string write_map(const std::vector<Mapping>& single, const std::optional<Mapping>& folder) {
  JsonWriter json;
  json.begin_object().key("documents").begin_object();
  for (const Mapping& mapping : single) json.member(mapping.path, mapping.url);
  if (folder) json.member(folder->path + "*", folder->url + "*");
  json.end_object().end_object();
  return std::move(json).take();
}

}  // namespace

std::optional<std::string> srcsrv_to_source_link(std::string_view srcsrv,
                                                 const Limits& limits,
                                                 ConversionLog& log) {
  auto server = sourcelink::Srcsrv::parse(srcsrv, limits);
  if (server.has_value() && server->variable("SRCSRVTRG").empty() &&
      !server->variable("RAWURL").empty()) {
    // What old converters left out.
    server = sourcelink::Srcsrv::parse(
        "SRCSRV: variables\nSRCSRVTRG=%RAWURL%\n" + std::string(srcsrv), limits);
  }
  if (!server.has_value()) {
    log.warn(server.error().message());
    return std::nullopt;
  }
  std::vector<Mapping> mappings;
  for (const std::vector<std::string>& row : server->rows()) {
    const std::string path = to_utf8(row.front());
    const auto target = server->evaluate(row.front(), "");
    if (!target.has_value() || !target->is_url() || target->path.ends_with('/') ||
        target->path.find('*') != std::string::npos) {
      log.warn("the srcsrv stream has no URL for document '" + path + "'");
      continue;
    }
    mappings.push_back({path, to_utf8(target->path)});
  }
  // The first folder that a file is below with the same rest of path and URL holds for all of it.
  std::optional<Mapping> folder;
  std::vector<Mapping> single;
  for (Mapping& mapping : mappings) {
    const std::size_t rest = common_end(mapping.path, mapping.url);
    if (!folder && rest > 0) {
      folder = Mapping{mapping.path.substr(0, mapping.path.size() - rest),
                       mapping.url.substr(0, mapping.url.size() - rest)};
    }
    const bool is_below =
        folder && mapping.path.starts_with(folder->path) && mapping.url.starts_with(folder->url) &&
        mapping.path.size() - folder->path.size() <= rest &&
        mapping.path.size() - folder->path.size() == mapping.url.size() - folder->url.size();
    if (!is_below) single.push_back(std::move(mapping));
  }
  if (!folder && single.empty()) return std::nullopt;
  return write_map(single, folder);
}

Status check_srcsrv_variable(std::string_view name, std::string_view value) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const bool is_identifier =
      !name.empty() && is_letter(name[0]) &&
      std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  if (!is_identifier) {
    return make_error(ErrorCode::kInvalidArgument, "'{}' is no name of a srcsrv variable", name);
  }
  for (const std::string_view fixed : {"RAWURL", "SRCSRVTRG", "SRCSRVVERCTRL"}) {
    if (equals_ignoring_case(name, fixed)) {
      return make_error(
          ErrorCode::kInvalidArgument, "the srcsrv variable {} is written by sigla itself", fixed);
    }
  }
  if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
    return make_error(
        ErrorCode::kInvalidArgument, "the value of srcsrv variable {} is not one line", name);
  }
  return {};
}

}  // namespace sigla
