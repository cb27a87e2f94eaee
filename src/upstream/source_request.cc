// SPDX-License-Identifier: Apache-2.0
#include "upstream/source_request.h"

#include <fmt/format.h>

#include <ctime>
#include <set>

#include "base/text.h"
#include "codec/hash.h"
#include "http/target.h"
#include "upstream/s3_request.h"

namespace sigla {
namespace {

std::string with_prefix(const Source& source, std::string_view path) {
  return source.prefix.empty() ? std::string(path) : fmt::format("{}/{}", source.prefix, path);
}

std::string gcs_object_url(const Source& source,
                           const Location& location,
                           Ask ask,
                           std::string_view gcs_url) {
  const bool is_content = ask == Ask::kContent;
  return fmt::format("{}{}/storage/v1/b/{}/o/{}{}",
                     gcs_url,
                     is_content ? "/download" : "",
                     http::percent_encode(source.bucket, false),
                     http::percent_encode(with_prefix(source, location.path), false),
                     is_content ? "?alt=media" : "");
}

// Above the query a URL may have.
std::string url_below(const std::string& url, std::string_view path) {
  const std::size_t query = std::min(url.find('?'), url.size());
  std::string_view base = std::string_view(url).substr(0, query);
  while (base.ends_with('/')) base.remove_suffix(1);
  return fmt::format(
      "{}/{}{}", base, http::percent_encode(path, true), std::string_view(url).substr(query));
}

void add_query(std::string& url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += fmt::format("{}={}", name, http::percent_encode(value, false));
}

// Sentry's names for what a wanted file may be a part of.
std::string_view sentry_format(WantedType type) {
  switch (type) {
    case WantedType::kPe:
      return "pe";
    case WantedType::kPdb:
      return "pdb";
    case WantedType::kPortablePdb:
      return "portablepdb";
    case WantedType::kElfCode:
    case WantedType::kElfDebug:
      return "elf";
    case WantedType::kMachoCode:
    case WantedType::kMachoDebug:
      return "macho";
    case WantedType::kWasmCode:
    case WantedType::kWasmDebug:
      return "wasm";
    default:
      return to_string(type);
  }
}

}  // namespace

http::ClientRequest source_request(const Source& source,
                                   const Location& location,
                                   Ask ask,
                                   std::string_view gcs_url) {
  const std::string_view method = ask == Ask::kContent ? "GET" : "HEAD";
  http::ClientRequest request;
  switch (source.type) {
    case SourceType::kHttp:
      request.method = method;
      request.url = url_below(source.url, location.path);
      request.headers = source.headers;
      if (!location.checksum.empty()) {
        request.headers.emplace_back("SymbolChecksum", location.checksum);
      }
      break;
    case SourceType::kS3:
      request = s3_request(source, method, location.path, std::time(nullptr));
      break;
    case SourceType::kGcs:
      request.url = gcs_object_url(source, location, ask, gcs_url);
      break;
    case SourceType::kSentry:
      request.url = source.url;
      add_query(request.url, "id", location.path);
      request.headers = {{"Authorization", "Bearer " + source.bearer_token}};
      break;
    case SourceType::kFilesystem:
      break;
  }
  request.accepts_any_certificate = source.accepts_any_certificate;
  return request;
}

http::ClientRequest sentry_query(const Source& source, const WantedModule& wanted) {
  http::ClientRequest request;
  request.url = source.url;
  request.headers = {{"Authorization", "Bearer " + source.bearer_token}};
  if (wanted.files.empty()) return request;
  const WantedFile& first = wanted.files.front();
  std::set<std::string_view> formats;
  for (const WantedFile& file : wanted.files) formats.insert(sentry_format(file.type));
  for (const std::string_view format : formats) add_query(request.url, "file_formats", format);
  if (first.debug_id) add_query(request.url, "debug_id", first.debug_id->dashed());
  if (!first.code_id.empty()) add_query(request.url, "code_id", first.code_id.text());
  return request;
}

std::string describe(const Source& source, const Location& location) {
  switch (source.type) {
    case SourceType::kHttp:
      return url_below(source.url, location.path);
    case SourceType::kS3:
      return fmt::format("s3://{}/{}", source.bucket, with_prefix(source, location.path));
    case SourceType::kGcs:
      return fmt::format("gs://{}/{}", source.bucket, with_prefix(source, location.path));
    case SourceType::kFilesystem:
      return fmt::format("file://{}", (source.folder / location.path).string());
    case SourceType::kSentry:
      return fmt::format("sentry://project_debug_file/{}", location.path);
  }
  return location.path;
}

std::string key_of(const Source& source, const Location& location) {
  std::string text = fmt::format("{}\n{}\n{}\n",
                                 describe(source, location),
                                 location.checksum,
                                 source.is_public ? "" : source.scope);
  for (const std::string* part : {&source.url,
                                  &source.region,
                                  &source.endpoint,
                                  &source.access_key,
                                  &source.secret_key,
                                  &source.client_email,
                                  &source.private_key,
                                  &source.bearer_token}) {
    text += *part + "\n";
  }
  for (const auto& [name, value] : source.headers) text += fmt::format("{}: {}\n", name, value);
  return hex_lower(sha256(as_bytes(text)));
}

}  // namespace sigla
