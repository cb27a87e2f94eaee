// SPDX-License-Identifier: Apache-2.0
#include "api/history_api.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/guard.h"
#include "api/http_status.h"
#include "api/time_text.h"
#include "base/text.h"

namespace sigla::api {

namespace {

Result<std::optional<std::uint64_t>> decode_number(const http::Request& request,
                                                   std::string_view name) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return std::optional<std::uint64_t>();
  const auto number = parse_decimal(*text);
  if (!number || *number > INT64_MAX) {
    return make_error(ErrorCode::kInvalidArgument, "{}: '{}' is no number", name, *text);
  }
  return number;
}

// The upload the second capture names, when it is the project's.
Result<Upload> upload_of(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  const auto id = parse_decimal(request.captures.at(1));
  if (id && *id > 0 && *id <= INT64_MAX) {
    SIGLA_TRY_ASSIGN(Upload upload, services.catalog.find_upload(static_cast<Id>(*id)));
    if (upload.project_id == project.id) return upload;
  }
  return make_error(ErrorCode::kNotFound, "no upload '{}'", request.captures.at(1));
}

Result<http::Response> list_uploads(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const Page page, decode_page(request, "before"));
  UploadQuery query;
  query.project_id = project.id;
  query.tag = std::string(request.query_value("tag").value_or(""));
  query.limit = page.limit;
  query.before_id = page.position;
  SIGLA_TRY_ASSIGN(const std::vector<Upload> uploads, services.catalog.list_uploads(query));
  JsonWriter json;
  json.begin_object().key("uploads").begin_array();
  for (const Upload& upload : uploads) encode_upload(upload, json);
  json.end_array();
  if (uploads.size() == page.limit) json.member("next_before", uploads.back().id);
  json.end_object();
  return http::Response::json(200, std::move(json).take());
}

Result<http::Response> list_entries(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Upload upload, upload_of(request, services));
  SIGLA_TRY_ASSIGN(const Page page, decode_page(request, "after"));
  SIGLA_TRY_ASSIGN(const std::vector<UploadEntry> entries,
                   services.catalog.list_upload_entries(upload.id, page.position, page.limit));
  JsonWriter json;
  json.begin_object().key("files").begin_array();
  for (const UploadEntry& entry : entries) encode_entry(entry, json);
  json.end_array();
  if (entries.size() == page.limit) json.member("next_after", entries.back().ordinal);
  json.end_object();
  return http::Response::json(200, std::move(json).take());
}

}  // namespace

Result<Page> decode_page(const http::Request& request, std::string_view position_name) {
  Page page;
  SIGLA_TRY_ASSIGN(const std::optional<std::uint64_t> position,
                   decode_number(request, position_name));
  SIGLA_TRY_ASSIGN(const std::optional<std::uint64_t> limit, decode_number(request, "limit"));
  page.position = static_cast<Id>(position.value_or(0));
  if (limit) {
    page.limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, kPageSizeMax));
  }
  return page;
}

void encode_upload(const Upload& upload, JsonWriter& json) {
  json.begin_object();
  json.member("id", upload.id).member("tag", upload.tag).member("name", upload.name);
  json.member("state", to_string(upload.state)).member("size", upload.size);
  json.member("created_at", utc_text(upload.created_at));
  if (upload.finished_at != 0) json.member("finished_at", utc_text(upload.finished_at));
  json.member("stored", upload.stored_count).member("duplicate", upload.duplicate_count);
  json.member("refused", upload.refused_count);
  if (!upload.error.empty()) json.member("error", upload.error);
  if (upload.action != UploadAction::kUpload) json.member("action", to_string(upload.action));
  if (upload.is_hidden) json.member("hidden", true);
  encode_package(upload, json);
  json.end_object();
}

void encode_entry(const UploadEntry& entry, JsonWriter& json) {
  json.begin_object();
  json.member("path", entry.path).member("size", entry.size);
  json.member("result", to_string(entry.result));
  if (entry.result == EntryResult::kRefused) {
    json.member("reason", entry.reason);
  } else {
    json.member("format", entry.format).member("sha256", entry.blob.hex());
    if (!entry.reason.empty()) json.member("warning", entry.reason);
  }
  json.end_object();
}

void encode_package(const Upload& upload, JsonWriter& json) {
  if (upload.package.id.empty()) return;
  json.key("package").begin_object();
  json.member("id", upload.package.id).member("version", upload.package.version);
  if (upload.package.kind != PackageKind::kNone) {
    json.member("kind", to_string(upload.package.kind));
  }
  json.end_object();
}

void add_history_routes(http::Router& router, const Services& services) {
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}/uploads",
              .admit = admit_reader(services),
              .handler = answer([&services](http::Request& request) {
                return list_uploads(request, services);
              })});
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}/uploads/{id}",
              .admit = admit_reader(services),
              .handler = answer([&services](http::Request& request) -> Result<http::Response> {
                SIGLA_TRY_ASSIGN(const Upload upload, upload_of(request, services));
                JsonWriter json;
                encode_upload(upload, json);
                return http::Response::json(200, std::move(json).take());
              })});
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}/uploads/{id}/entries",
              .admit = admit_reader(services),
              .handler = answer([&services](http::Request& request) {
                return list_entries(request, services);
              })});
}

}  // namespace sigla::api
