// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/map.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

#include "base/text.h"
#include "http/target.h"

namespace sigla::sourcelink {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 64;  // what .NET's reader allows; members we skip may nest

// Collects the members of "documents". A tree of values would lose duplicate keys.
class DocumentsHandler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::vector<MapEntry> entries;
  std::string problem;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& error) {
    if (!may_begin(true, error)) return false;
    if (depth_ == 1 && key_ == "documents") in_documents_ = true;
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    --depth_;
    if (depth_ == 1) in_documents_ = false;
    return true;
  }
  bool on_array_begin(json::error_code& error) {
    if (!may_begin(false, error)) return false;
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    --depth_;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    partial_.append(part.data(), part.size());
    key_ = std::exchange(partial_, {});
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    partial_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& error) {
    partial_.append(part.data(), part.size());
    const std::string text = std::exchange(partial_, {});
    if (!in_documents_ || depth_ != 2) return may_begin(false, error);
    auto entry = parse_map_entry(key_, text);
    if (!entry.has_value()) {
      problem = entry.error().message();
      error = json::error::exception;
      return false;
    }
    entries.push_back(std::move(entry).value());
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code& error) {
    return may_begin(false, error);
  }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& error) {
    return may_begin(false, error);
  }
  bool on_double(double, json::string_view, json::error_code& error) {
    return may_begin(false, error);
  }
  bool on_bool(bool, json::error_code& error) { return may_begin(false, error); }
  bool on_null(json::error_code& error) { return may_begin(false, error); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  // A value that is no text begins here.
  bool may_begin(bool is_object, json::error_code& error) {
    if (depth_ == 0 && !is_object) {
      problem = "no object at offset 0";
    } else if (depth_ == 1 && key_ == "documents" && !is_object) {
      problem = "\"documents\" is no object";
    } else if (depth_ == 2 && in_documents_) {
      problem = "the URL of " + json_text(key_) + " is no text";
    }
    if (!problem.empty()) error = json::error::exception;
    return problem.empty();
  }
  static std::string json_text(std::string_view text) { return "'" + std::string(text) + "'"; }

  int depth_ = 0;
  bool in_documents_ = false;
  std::string key_;
  std::string partial_;
};

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// "a b\c.cs" is "a%20b/c.cs".
std::string escape_relative_path(std::string_view path) {
  std::string escaped;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/' && path[i] != '\\') continue;
    if (start > 0) escaped += '/';
    escaped += http::percent_encode(path.substr(start, i - start), false);
    start = i + 1;
  }
  return escaped;
}

}  // namespace

Result<MapEntry> parse_map_entry(std::string_view path, std::string_view url) {
  if (path.empty()) return malformed("a path is empty");
  MapEntry entry;
  const std::size_t path_star = path.find('*');
  if (path_star != std::string_view::npos && path_star != path.size() - 1) {
    return malformed("path '{}': '*' may only stand at the end", path);
  }
  entry.is_prefix = path_star != std::string_view::npos;
  entry.path = path.substr(0, path_star);
  const std::size_t url_star = url.find('*');
  entry.url_prefix = url.substr(0, url_star);
  if (url_star == std::string_view::npos) return entry;
  entry.url_suffix = url.substr(url_star + 1);
  if (!entry.is_prefix) return malformed("path '{}' has no '*', but its URL '{}' does", path, url);
  if (entry.url_suffix.find('*') != std::string::npos) {
    return malformed("URL '{}' holds more than one '*'", url);
  }
  return entry;
}

Result<SourceLinkMap> SourceLinkMap::parse(std::string_view json_text, const Limits& limits) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (json_text.size() > limits.embedded_source_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "Source Link map: {} bytes, more than {}",
                      json_text.size(),
                      limits.embedded_source_size_max);
  }
  if (json_text.starts_with(kByteOrderMark)) json_text.remove_prefix(kByteOrderMark.size());
  json::parse_options options;
  options.max_depth = kDepthMax;
  options.allow_trailing_commas = true;
  json::basic_parser<DocumentsHandler> parser(options);
  json::error_code error;
  const std::size_t parsed = parser.write_some(false, json_text.data(), json_text.size(), error);
  DocumentsHandler& handler = parser.handler();
  if (!handler.problem.empty()) return malformed("Source Link map: {}", handler.problem);
  if (error || parsed != json_text.size()) {
    return malformed("Source Link map: {} at offset {}",
                     error ? error.message() : "text after the value",
                     parsed);
  }
  SourceLinkMap map;
  map.entries_ = std::move(handler.entries);
  std::stable_sort(map.entries_.begin(), map.entries_.end(), [](const auto& a, const auto& b) {
    return a.path.size() > b.path.size();
  });
  return map;
}

std::optional<SourceLinkMap::Match> SourceLinkMap::match(std::string_view path) const {
  if (path.find('*') != std::string_view::npos) return std::nullopt;
  for (const MapEntry& entry : entries_) {
    if (!entry.is_prefix) {
      if (equals_ignoring_case(path, entry.path)) return Match{&entry, {}};
    } else if (starts_with_ignoring_case(path, entry.path)) {
      return Match{&entry, escape_relative_path(path.substr(entry.path.size()))};
    }
  }
  return std::nullopt;
}

std::optional<std::string> SourceLinkMap::url_of(std::string_view path) const {
  const auto found = match(path);
  if (!found) return std::nullopt;
  return found->entry->url_prefix + found->relative_url + found->entry->url_suffix;
}

}  // namespace sigla::sourcelink
