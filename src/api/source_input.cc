// SPDX-License-Identifier: Apache-2.0
#include "api/source_input.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace sigla::api {

namespace {

namespace json = boost::json;

constexpr std::size_t kSourceCountMax = 100;
constexpr std::size_t kListCountMax = 1'000;
constexpr std::size_t kDepthMax = 32;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* const list = object.if_contains({name.data(), name.size()});
  if (list == nullptr || !list->is_array()) return texts;
  for (const json::value& item : list->get_array()) {
    if (!item.is_string() || texts.size() >= kListCountMax) continue;
    texts.emplace_back(item.get_string().data(), item.get_string().size());
  }
  return texts;
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

std::string without_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  while (text.starts_with('/')) text.erase(0, 1);
  return text;
}

void read_layout(const json::object& object, Source& source) {
  source.layout = Layout::kNative;
  const json::object* const layout = object_of(object, "layout");
  if (layout == nullptr) return;
  const std::string type = text_of(*layout, "type");
  source.layout = type.empty() ? Layout::kNative : parse_layout(type);
  if (!source.layout) source.problem = fmt::format("unknown layout '{}'", type);
  const std::string casing = text_of(*layout, "casing");
  if (casing == "lowercase") source.casing = PathCasing::kLower;
  if (casing == "uppercase") source.casing = PathCasing::kUpper;
}

void read_filters(const json::object& object, Source& source) {
  const json::object* const filters = object_of(object, "filters");
  if (filters == nullptr) return;
  bool has_unknown = false;
  for (const std::string& name : texts_of(*filters, "filetypes")) {
    const auto type = parse_wanted_type(name);
    type ? source.file_types.push_back(*type) : void(has_unknown = true);
  }
  // A list of nothing that we know is not the empty list, which means all.
  if (has_unknown && source.file_types.empty()) {
    source.problem = "asked for files of other kinds only";
  }
  source.path_patterns = texts_of(*filters, "path_patterns");
  source.requires_checksum = flag_of(*filters, "requires_checksum");
}

void need(const json::object& object, std::string_view name, Source& source) {
  if (source.problem.empty() && text_of(object, name).empty()) {
    source.problem = fmt::format("'{}' is missing", name);
  }
}

void read_http(const json::object& object, Source& source) {
  source.type = SourceType::kHttp;
  source.url = text_of(object, "url");
  while (source.url.ends_with('/')) source.url.pop_back();
  source.accepts_any_certificate = flag_of(object, "accept_invalid_certs");
  need(object, "url", source);
  const json::object* const headers = object_of(object, "headers");
  if (headers == nullptr) return;
  for (const auto& header : *headers) {
    if (!header.value().is_string() || source.headers.size() >= kListCountMax) continue;
    const std::string name(header.key().data(), header.key().size());
    const std::string value(header.value().get_string().data(), header.value().get_string().size());
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      source.problem = fmt::format("header '{}' has a line end in it", name);
      continue;
    }
    source.headers.emplace_back(name, value);
  }
}

void read_s3(const json::object& object, Source& source) {
  source.type = SourceType::kS3;
  source.bucket = text_of(object, "bucket");
  source.prefix = without_slashes(text_of(object, "prefix"));
  source.access_key = text_of(object, "access_key");
  source.secret_key = text_of(object, "secret_key");
  need(object, "bucket", source);
  const json::value* const region = object.if_contains("region");
  if (region != nullptr && region->is_array() && region->get_array().size() == 2 &&
      region->get_array()[0].is_string() && region->get_array()[1].is_string()) {
    source.region = std::string(region->get_array()[0].get_string());
    source.endpoint = std::string(region->get_array()[1].get_string());
  } else {
    source.region = text_of(object, "region");
  }
  if (source.region.empty()) source.region = "us-east-1";
  if (text_of(object, "aws_credentials_provider") == "container") {
    source.problem = "the server's own credentials are not for requests: give access_key";
  }
}

void read_gcs(const json::object& object, Source& source) {
  source.type = SourceType::kGcs;
  source.bucket = text_of(object, "bucket");
  source.prefix = without_slashes(text_of(object, "prefix"));
  source.client_email = text_of(object, "client_email");
  source.private_key = text_of(object, "private_key");
  source.bearer_token = text_of(object, "bearer_token");
  const std::string token_uri = text_of(object, "token_uri");
  if (!token_uri.empty()) source.token_uri = token_uri;
  need(object, "bucket", source);
  if (source.bearer_token.empty()) {
    need(object, "private_key", source);
    need(object, "client_email", source);
  }
}

Source decode_source(const json::object& object, std::string_view scope) {
  Source source;
  source.id = text_of(object, "id");
  source.scope = scope;
  source.is_public = flag_of(object, "is_public");
  read_layout(object, source);
  read_filters(object, source);
  const std::string type = text_of(object, "type");
  if (type == "http") {
    read_http(object, source);
  } else if (type == "s3") {
    read_s3(object, source);
  } else if (type == "gcs") {
    read_gcs(object, source);
  } else if (type == "filesystem") {
    source.type = SourceType::kFilesystem;
    source.folder = text_of(object, "path");
    need(object, "path", source);
  } else if (type == "sentry") {
    source.type = SourceType::kSentry;
    source.url = text_of(object, "url");
    source.bearer_token = text_of(object, "token");
    need(object, "url", source);
  } else {
    source.problem = fmt::format("unknown type '{}'", type);
  }
  if (source.id.empty()) source.id = type;
  return source;
}

}  // namespace

Result<std::vector<Source>> decode_sources(std::string_view text, std::string_view scope) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  const json::value list = json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !list.is_array()) {
    return make_error(ErrorCode::kInvalidArgument, "sources: not a list");
  }
  if (list.get_array().size() > kSourceCountMax) {
    return make_error(
        ErrorCode::kInvalidArgument, "sources: more than {} members", kSourceCountMax);
  }
  std::vector<Source> sources;
  for (const json::value& item : list.get_array()) {
    if (!item.is_object()) {
      return make_error(ErrorCode::kInvalidArgument, "sources: has a member that is no object");
    }
    sources.push_back(decode_source(item.get_object(), scope));
  }
  return sources;
}

}  // namespace sigla::api
