// SPDX-License-Identifier: Apache-2.0
#include "api/source_api.h"

#include "api/guard.h"
#include "api/json_input.h"
#include "api/source_hosts.h"
#include "api/source_lookup.h"
#include "base/json_writer.h"
#include "http/conditional.h"

namespace sigla::api {

namespace {

constexpr std::uint64_t kBodySizeMax = 64U << 10;

std::string parameter(const http::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return {};
}

Result<std::vector<StoredObject>> objects_of(const http::Request& request,
                                             const Project& project,
                                             const Services& services) {
  const std::string debug_id = parameter(request, "debug_id");
  if (!debug_id.empty()) {
    const auto id = DebugId::parse(debug_id);
    if (id.has_value()) return services.catalog.find_by_debug_id(project.id, *id);
    return make_error(ErrorCode::kInvalidArgument, "debug_id: '{}' is no debug id", debug_id);
  }
  const CodeId code_id(parameter(request, "code_id"));
  if (!code_id.empty()) return services.catalog.find_by_code_id(project.id, code_id);
  return make_error(ErrorCode::kInvalidArgument, "debug_id or code_id is needed");
}

bool may_name_sources(const Identity& identity) {
  switch (identity.format) {
    case Format::kPdb:
    case Format::kPortablePdb:
    case Format::kPe:
    case Format::kSourceBundle:
      return true;
    default:
      return identity.has_sources;
  }
}

Result<http::Response> get_source(const http::Request& request,
                                  const Services& services,
                                  FileCache& cache) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  const std::string path = parameter(request, "path");
  if (path.empty()) return make_error(ErrorCode::kInvalidArgument, "path is needed");
  SIGLA_TRY_ASSIGN(const auto objects, objects_of(request, project, services));
  std::vector<SourceCarrier> carriers;
  for (const StoredObject& object : objects) {
    if (!may_name_sources(object.identity)) continue;
    carriers.push_back({object.blob, object.offset, object.size, object.tag});
  }
  return SourceLookup(services, cache).find(project, carriers, path);
}

Result<SourceHosts*> hosts_of(const Services& services) {
  if (services.source_hosts != nullptr) return services.source_hosts;
  return make_error(ErrorCode::kUnavailable, "this server fetches no sources");
}

http::Response list_hosts(const Project& project, const SourceHosts& hosts) {
  JsonWriter json;
  json.begin_object().key("hosts").begin_array();
  for (const sourcelink::Credential& credential : hosts.credentials(project.name)) {
    json.begin_object().member("host", credential.origin);
    json.text_or_null("header", credential.header);
    json.end_object();
  }
  json.end_array().text_or_null("tag_url", hosts.tag_url(project.name));
  json.end_object();
  return http::Response::json(200, std::move(json).take());
}

Result<http::Response> get_hosts(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const SourceHosts* hosts, hosts_of(services));
  return list_hosts(project, *hosts);
}

Result<http::Response> put_host(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(SourceHosts * hosts, hosts_of(services));
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(request.body));
  SIGLA_TRY_ASSIGN(const auto host, input.optional_text("host"));
  SIGLA_TRY_ASSIGN(const auto credential, input.optional_text("credential"));
  SIGLA_TRY_ASSIGN(const auto tag_url, input.optional_text("tag_url"));
  SIGLA_TRY(input.finish());
  if (!host && !tag_url) return make_error(ErrorCode::kInvalidArgument, "host: missing");
  if (host) {
    SIGLA_TRY_ASSIGN(const auto parsed,
                     sourcelink::Credential::parse(*host + "=" + credential.value_or("none")));
    SIGLA_TRY(hosts->put(project.name, parsed));
  }
  if (tag_url) SIGLA_TRY(hosts->set_tag_url(project.name, *tag_url));
  return list_hosts(project, *hosts);
}

Result<http::Response> delete_host(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(SourceHosts * hosts, hosts_of(services));
  SIGLA_TRY_ASSIGN(const auto named,
                   sourcelink::Credential::parse(parameter(request, "host") + "=none"));
  SIGLA_TRY(hosts->remove(project.name, named.origin));
  return list_hosts(project, *hosts);
}

}  // namespace

void add_source_routes(http::Router& router, const Services& services, FileCache& cache) {
  constexpr std::string_view kHosts = "/api/v1/projects/{project}/source-hosts";
  router.add({.method = "GET",
              .pattern = "/api/v1/projects/{project}/source",
              .run_on = http::RunOn::kPoolLong,
              .admit = admit_reader(services),
              .handler = answer([&services, &cache](http::Request& request) {
                return get_source(request, services, cache);
              })});
  router.add({.method = "GET",
              .pattern = std::string(kHosts),
              .admit = admit_administrator(services),
              .handler = answer(
                  [&services](http::Request& request) { return get_hosts(request, services); })});
  router.add({.method = "PUT",
              .pattern = std::string(kHosts),
              .body = http::BodyPolicy::kMemory,
              .body_size_max = kBodySizeMax,
              .admit = admit_administrator(services),
              .handler = answer(
                  [&services](http::Request& request) { return put_host(request, services); })});
  router.add({.method = "DELETE",
              .pattern = std::string(kHosts),
              .admit = admit_administrator(services),
              .handler = answer(
                  [&services](http::Request& request) { return delete_host(request, services); })});
}

}  // namespace sigla::api
