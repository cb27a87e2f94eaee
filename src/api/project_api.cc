// SPDX-License-Identifier: Apache-2.0
#include "api/project_api.h"

#include <algorithm>
#include <utility>

#include "api/guard.h"
#include "api/http_status.h"
#include "api/json_input.h"
#include "api/time_text.h"

namespace sigla::api {

namespace {

constexpr std::size_t kProjectNameSizeMax = 64;

bool is_project_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kProjectNameSizeMax && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
}

std::string project_json(const Project& project) {
  JsonWriter json;
  encode_project(project, json);
  return std::move(json).take();
}

Result<http::Response> create_project(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const ProjectRequest wanted, decode_project_request(request.body));
  if (services.access.find_project(wanted.name)) {
    return make_error(ErrorCode::kConflict, "project '{}' exists", wanted.name);
  }
  SIGLA_TRY_ASSIGN(const Project project,
                   services.catalog.create_project(wanted.name, wanted.is_public));
  SIGLA_TRY(services.access.reload(services.catalog));
  return http::Response::json(201, project_json(project));
}

Result<http::Response> update_project(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const ProjectUpdate update, decode_project_update(request.body));
  project.is_public = update.is_public.value_or(project.is_public);
  project.has_strict_packages = update.has_strict_packages.value_or(project.has_strict_packages);
  SIGLA_TRY(services.catalog.update_project(project));
  SIGLA_TRY(services.access.reload(services.catalog));
  return http::Response::json(200, project_json(project));
}

Result<http::Response> list_projects(const Services& services) {
  SIGLA_TRY_ASSIGN(const std::vector<Project> projects, services.catalog.list_projects());
  JsonWriter json;
  json.begin_object().key("projects").begin_array();
  for (const Project& project : projects) encode_project(project, json);
  json.end_array().end_object();
  return http::Response::json(200, std::move(json).take());
}

}  // namespace

Result<ProjectRequest> decode_project_request(std::string_view body) {
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(body));
  ProjectRequest request;
  SIGLA_TRY_ASSIGN(request.name, input.text("name"));
  SIGLA_TRY_ASSIGN(const std::optional<bool> is_public, input.optional_flag("public"));
  SIGLA_TRY(input.finish());
  if (!is_project_name(request.name)) {
    return make_error(ErrorCode::kInvalidArgument,
                      "name: 1 to {} letters, digits, '.', '_' and '-'",
                      kProjectNameSizeMax);
  }
  request.is_public = is_public.value_or(true);
  return request;
}

Result<ProjectUpdate> decode_project_update(std::string_view body) {
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(body));
  ProjectUpdate update;
  SIGLA_TRY_ASSIGN(update.is_public, input.optional_flag("public"));
  SIGLA_TRY_ASSIGN(update.has_strict_packages, input.optional_flag("strict_packages"));
  SIGLA_TRY(input.finish());
  if (!update.is_public && !update.has_strict_packages) {
    return make_error(ErrorCode::kInvalidArgument, "public, strict_packages: both missing");
  }
  return update;
}

void encode_project(const Project& project, JsonWriter& json) {
  json.begin_object();
  json.member("name", project.name).member("public", project.is_public);
  json.member("strict_packages", project.has_strict_packages);
  json.member("created_at", utc_text(project.created_at));
  json.end_object();
}

void add_project_routes(http::Router& router, const Services& services) {
  const auto body_size_max = std::uint64_t{64} << 10;
  router.add({.method = "GET",
              .pattern = "/api/v1/projects",
              .admit = admit_administrator(services),
              .handler = answer([&services](http::Request&) { return list_projects(services); })});
  router.add({.method = "POST",
              .pattern = "/api/v1/projects",
              .body = http::BodyPolicy::kMemory,
              .body_size_max = body_size_max,
              .admit = admit_administrator(services),
              .handler = answer([&services](http::Request& request) {
                return create_project(request, services);
              })});
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}",
              .admit = admit_reader(services),
              .handler = answer([&services](http::Request& request) -> Result<http::Response> {
                SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
                return http::Response::json(200, project_json(project));
              })});
  router.add({.method = "PUT",
              .pattern = "/api/v1/projects/{project}",
              .body = http::BodyPolicy::kMemory,
              .body_size_max = body_size_max,
              .admit = admit_administrator(services),
              .handler = answer([&services](http::Request& request) {
                return update_project(request, services);
              })});
}

}  // namespace sigla::api
