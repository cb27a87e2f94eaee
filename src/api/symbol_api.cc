// SPDX-License-Identifier: Apache-2.0
#include "api/symbol_api.h"

#include <optional>
#include <utility>

#include "api/guard.h"
#include "api/history_api.h"
#include "api/http_status.h"
#include "api/json_input.h"
#include "api/time_text.h"

namespace sigla::api {

namespace {

Result<http::Response> search(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const Page page, decode_page(request, "before"));
  SymbolQuery query;
  query.project_id = project.id;
  query.text = std::string(request.query_value("q").value_or(""));
  query.tag = std::string(request.query_value("tag").value_or(""));
  query.limit = page.limit;
  query.before_id = page.position;
  SIGLA_TRY_ASSIGN(const std::vector<StoredObject> objects, services.catalog.search(query));
  JsonWriter json;
  json.begin_object().key("symbols").begin_array();
  for (const StoredObject& object : objects) encode_object(object, json);
  json.end_array();
  if (objects.size() == page.limit) json.member("next_before", objects.back().id);
  json.end_object();
  return http::Response::json(200, std::move(json).take());
}

Result<http::Response> exists(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const ExistsRequest wanted, decode_exists_request(request.body));
  SIGLA_TRY_ASSIGN(const std::vector<BlobHash> known,
                   services.catalog.known_blobs(project.id, wanted.hashes));
  JsonWriter json;
  json.begin_object().key("sha256").begin_array();
  for (const BlobHash& hash : known) json.value(hash.hex());
  json.end_array().key("debug_ids").begin_array();
  for (const DebugId& id : wanted.debug_ids) {
    SIGLA_TRY_ASSIGN(const std::vector<StoredObject> objects,
                     services.catalog.find_by_debug_id(project.id, id));
    if (!objects.empty()) json.value(id.dashed());
  }
  json.end_array().end_object();
  return http::Response::json(200, std::move(json).take());
}

// Who may upload may also ask what need not be uploaded.
std::optional<http::Response> admit_uploader_or_reader(const http::Request& request,
                                                       const Services& services) {
  const Result<Project> project = project_of(request, services);
  if (!project.has_value()) return error_reply(project.error());
  if (services.access
          .authorise(presented_secret(request), *project, Capability::kSymbolPost, now_millis())
          .has_value()) {
    return std::nullopt;
  }
  const Status status = check_reader(request, *project, services);
  if (status.has_value()) return std::nullopt;
  return error_reply(status.error());
}

}  // namespace

Result<ExistsRequest> decode_exists_request(std::string_view body) {
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(body));
  ExistsRequest request;
  SIGLA_TRY_ASSIGN(const std::vector<std::string> hashes, input.texts("sha256", kExistsCountMax));
  SIGLA_TRY_ASSIGN(const std::vector<std::string> ids, input.texts("debug_ids", kExistsCountMax));
  SIGLA_TRY(input.finish());
  for (const std::string& text : hashes) {
    Result<BlobHash> hash = BlobHash::parse(text);
    if (!hash.has_value()) {
      return make_error(ErrorCode::kInvalidArgument, "sha256: '{}' is no SHA-256", text);
    }
    request.hashes.push_back(*hash);
  }
  for (const std::string& text : ids) {
    Result<DebugId> id = DebugId::parse(text);
    if (!id.has_value()) {
      return make_error(ErrorCode::kInvalidArgument, "debug_ids: '{}' is no debug id", text);
    }
    request.debug_ids.push_back(*id);
  }
  return request;
}

void encode_object(const StoredObject& object, JsonWriter& json) {
  const Identity& identity = object.identity;
  json.begin_object();
  json.member("id", object.id).member("name", identity.name).member("path", object.path);
  json.member("format", to_string(identity.format)).member("kind", to_string(identity.kind));
  json.member("arch", to_string(identity.arch));
  json.text_or_null("debug_id", identity.debug_id ? identity.debug_id->dashed() : "");
  json.text_or_null("code_id", identity.code_id.text());
  json.member("has_symbols", identity.has_symbols)
      .member("has_debug_info", identity.has_debug_info);
  json.member("has_unwind_info", identity.has_unwind_info);
  json.member("has_sources", identity.has_sources);
  json.member("tag", object.tag).member("upload", object.upload_id).member("size", object.size);
  json.member("sha256", object.blob.hex()).member("created_at", utc_text(object.created_at));
  json.key("keys").begin_array();
  for (const std::string& key : object.keys) json.value(key);
  json.end_array().end_object();
}

void add_symbol_routes(http::Router& router, const Services& services) {
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}/symbols",
              .admit = admit_reader(services),
              .handler = answer(
                  [&services](http::Request& request) { return search(request, services); })});
  router.add({.method = "POST",
              .pattern = "/api/v1/projects/{project}/symbols/exists",
              .body = http::BodyPolicy::kMemory,
              .body_size_max = kExistsBodySizeMax,
              .admit =
                  [&services](const http::Request& request) {
                    return admit_uploader_or_reader(request, services);
                  },
              .handler = answer(
                  [&services](http::Request& request) { return exists(request, services); })});
}

}  // namespace sigla::api
