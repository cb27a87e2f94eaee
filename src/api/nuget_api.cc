// SPDX-License-Identifier: Apache-2.0
#include "api/nuget_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/form_body.h"
#include "api/http_status.h"
#include "api/prefix.h"
#include "api/upload_api.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "formats/nupkg/package_name.h"
#include "http/head_writer.h"
#include "ingest/package_push.h"

namespace sigla::api {

namespace {

constexpr std::size_t kWarningHeadersMax = 10;

// NuGet shows the phrase and nothing else.
http::Response with_reason(http::Response response, std::string_view reason) {
  response.reason = reason;
  return response;
}
http::Response refusal(const Error& error) {
  return with_reason(error_reply(error), error.message());
}

std::string secret_of(Prefix prefix, const http::Request& request) {
  if (const auto key = request.header("X-NuGet-ApiKey"); key && !trim(*key).empty()) {
    return std::string(trim(*key));
  }
  std::string secret = presented_secret(request);
  if (secret.empty() && prefix == Prefix::kToken) secret = request.captures.at(0);
  return secret;
}

struct Pusher {
  Project project;
  Token token;
};

// Who pushes where: the project of the path, else the token's own, else the default one.
Result<Pusher> authorise(Prefix prefix, const http::Request& request, const Services& services) {
  const std::string secret = secret_of(prefix, request);
  std::optional<Project> project;
  if (prefix == Prefix::kProject) {
    project = services.access.find_project(request.captures.at(0));
    if (!project)
      return make_error(ErrorCode::kNotFound, "no project '{}'", request.captures.at(0));
  } else {
    const std::optional<Token> token = services.access.find_token(
        prefix == Prefix::kToken ? std::string_view(request.captures.at(0)) : secret);
    if (token && token->project_id != 0) project = services.access.find_project(token->project_id);
    if (!project) project = services.access.find_project(kDefaultProject);
    if (!project) return make_error(ErrorCode::kNotFound, "no project '{}'", kDefaultProject);
  }
  SIGLA_TRY_ASSIGN(
      Token token,
      services.access.authorise(secret, *project, Capability::kSymbolPost, now_millis()));
  return Pusher{*std::move(project), std::move(token)};
}

http::Admission admit_pusher(Prefix prefix, const Services& services) {
  return [prefix, &services](const http::Request& request) -> std::optional<http::Response> {
    const Result<Pusher> pusher = authorise(prefix, request, services);
    if (pusher.has_value()) return std::nullopt;
    return refusal(pusher.error());
  };
}

// --- the service index ---

// Where the client sees us, behind a proxy that says so as well.
std::string base_url(Prefix prefix, const http::Request& request) {
  const std::string_view forwarded = request.header("X-Forwarded-Proto").value_or("");
  const bool is_https = request.is_tls || equals_ignoring_case(forwarded, "https");
  return fmt::format("{}://{}{}",
                     is_https ? "https" : "http",
                     request.header("Host").value_or("localhost"),
                     request_prefix(prefix, request));
}

http::Response service_index(Prefix prefix,
                             const http::Request& request,
                             const Services& services) {
  if (prefix == Prefix::kProject && !services.access.find_project(request.captures.at(0))) {
    return refusal(make_error(ErrorCode::kNotFound, "no project '{}'", request.captures.at(0)));
  }
  const std::string base = base_url(prefix, request);
  JsonWriter json;
  json.begin_object().member("version", "3.0.0").key("resources").begin_array();
  const auto resource = [&](std::string_view path, std::string_view type, std::string_view what) {
    json.begin_object().member("@id", fmt::format("{}{}", base, path)).member("@type", type);
    json.member("comment", what).end_object();
  };
  resource("/api/v2/package", "PackagePublish/2.0.0", "packages: programs with their symbols");
  resource("/api/v2/symbol", "SymbolPackagePublish/4.9.0", "symbol packages (.snupkg)");
  json.end_array().end_object();
  return http::Response::json(200, std::move(json).take()).with("Cache-Control", "no-cache");
}

// --- push ---

Result<http::Response> push(Prefix prefix,
                            PackageEndpoint endpoint,
                            http::Request& request,
                            const Services& services) {
  SIGLA_TRY_ASSIGN(Pusher pusher, authorise(prefix, request, services));
  SIGLA_TRY_ASSIGN(FormBody body, take_form_body(request, "", services));
  PackageRequest package;
  package.endpoint = endpoint;
  package.is_strict = pusher.project.has_strict_packages;
  package.tag_restriction = pusher.token.tag_restriction;
  UploadRequest& upload = package.upload;
  upload.body = std::move(body.file);
  upload.project_id = pusher.project.id;
  upload.token_id = pusher.token.id;
  upload.name = to_utf8(base_name(body.name.value_or("")));
  upload.tag = std::string(request.query_value("tag").value_or(""));
  upload.name_restriction = pusher.token.name_restriction;
  upload.remote_address = request.remote_address;
  SIGLA_TRY_ASSIGN(const PackageReport report, services.ingest.push_package(std::move(package)));
  services.metrics.count_upload(report.report.upload);
  UploadReply reply = encode_package_reply(report);
  http::Response response = http::Response::json(reply.status, std::move(reply.json));
  response.reason = std::move(reply.reason);
  for (std::size_t i = 0; i < std::min(report.warnings.size(), kWarningHeadersMax); ++i) {
    std::string warning = report.warnings[i].substr(0, http::kReasonSizeMax);
    std::replace_if(warning.begin(), warning.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    response.with("X-NuGet-Warning", std::move(warning));
  }
  return response;
}

// --- delete and relist ---

Result<http::Response> set_listed(Prefix prefix,
                                  bool is_listed,
                                  const http::Request& request,
                                  const Services& services) {
  SIGLA_TRY_ASSIGN(const Pusher pusher, authorise(prefix, request, services));
  const std::size_t first = prefix == Prefix::kNone ? 0 : 1;
  const std::string& id = request.captures.at(first);
  const std::string& version = request.captures.at(first + 1);
  const auto normal_id = nupkg::normalise_id(id);
  const auto normal_version = nupkg::normalise_version(version);
  std::vector<Upload> uploads;
  if (normal_id.has_value() && normal_version.has_value()) {
    SIGLA_TRY_ASSIGN(
        uploads,
        services.catalog.list_package_uploads(pusher.project.id, *normal_id, *normal_version));
  }
  if (uploads.empty()) {
    return make_error(ErrorCode::kNotFound, "no package {} {} was pushed here", id, version);
  }
  std::vector<Id> ids;
  for (const Upload& upload : uploads) {
    SIGLA_TRY(Access::may_use_tag(pusher.token, upload.tag));
    ids.push_back(upload.id);
  }
  Upload audit;
  audit.project_id = pusher.project.id;
  audit.token_id = pusher.token.id;
  audit.tag = uploads.front().tag;
  audit.name = fmt::format("{} {}", *normal_id, *normal_version);
  audit.remote_address = request.remote_address;
  audit.state = UploadState::kDone;
  audit.finished_at = now_millis();
  audit.action = is_listed ? UploadAction::kRelist : UploadAction::kDelete;
  audit.package.id = *normal_id;
  audit.package.version = *normal_version;
  SIGLA_TRY(services.catalog.set_uploads_hidden(ids, !is_listed, audit));
  http::Response response;
  response.status = is_listed ? 200 : 204;
  return response;
}

// --- routes ---

http::Handler with_reasons(std::function<Result<http::Response>(http::Request&)> function) {
  return [function = std::move(function)](http::Request& request) -> http::Response {
    Result<http::Response> response = function(request);
    if (!response.has_value()) return refusal(response.error());
    return std::move(response).value();
  };
}

void add_push_route(Prefix prefix,
                    PackageEndpoint endpoint,
                    std::string_view path,
                    http::Router& router,
                    const Services& services) {
  router.add({.method = "PUT",
              .pattern = fmt::format("{}{}", route_prefix(prefix), path),
              .body = http::BodyPolicy::kSpool,
              .run_on = http::RunOn::kPoolBulk,
              .body_size_max = services.limits.upload_size_max,
              .admit = admit_pusher(prefix, services),
              .handler = with_reasons([prefix, endpoint, &services](http::Request& request) {
                return push(prefix, endpoint, request, services);
              })});
}

}  // namespace

void add_nuget_routes(http::Router& router, const Services& services) {
  for (const Prefix prefix : kPrefixes) {
    const std::string_view start = route_prefix(prefix);
    router.add({.method = "GET",
                .pattern = fmt::format("{}/v3/index.json", start),
                .run_on = http::RunOn::kIoThread,
                .handler = [prefix, &services](http::Request& request) {
                  return service_index(prefix, request, services);
                }});
    add_push_route(prefix, PackageEndpoint::kSymbol, "/api/v2/symbol", router, services);
    add_push_route(prefix, PackageEndpoint::kPackage, "/api/v2/package", router, services);
    add_push_route(
        prefix, PackageEndpoint::kPackage, prefix == Prefix::kNone ? "/" : "", router, services);
    // NuGet 2 looks for redirections of the source before it pushes there.
    router.add({.method = "GET",
                .pattern = fmt::format("{}/api/v2/package", start),
                .run_on = http::RunOn::kIoThread,
                .handler = [](http::Request&) {
                  return http::Response::text(200, "NuGet packages are pushed here.\n");
                }});
    for (const bool is_listed : {false, true}) {
      router.add({.method = is_listed ? "POST" : "DELETE",
                  .pattern = fmt::format("{}/api/v2/package/{{id}}/{{version}}", start),
                  .admit = admit_pusher(prefix, services),
                  .handler = with_reasons([prefix, is_listed, &services](http::Request& request) {
                    return set_listed(prefix, is_listed, request, services);
                  })});
    }
  }
}

}  // namespace sigla::api
