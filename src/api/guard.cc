// SPDX-License-Identifier: Apache-2.0
#include "api/guard.h"

#include <optional>
#include <utility>

#include "api/http_status.h"

namespace sigla::api {

Status check_administrator(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Token token,
                   services.access.authorise(
                       presented_secret(request), Project(), Capability::kAdmin, now_millis()));
  if (token.project_id == 0) return {};
  return make_error(ErrorCode::kPermissionDenied, "token is for another project");
}

http::Admission admit_administrator(const Services& services) {
  return [&services](const http::Request& request) -> std::optional<http::Response> {
    const Status status = check_administrator(request, services);
    if (status.has_value()) return std::nullopt;
    return error_reply(status.error());
  };
}

Result<Project> project_of(const http::Request& request, const Services& services) {
  const std::string& name = request.captures.at(0);
  std::optional<Project> project = services.access.find_project(name);
  if (!project) return make_error(ErrorCode::kNotFound, "no project '{}'", name);
  return *std::move(project);
}

Status check_reader(const http::Request& request,
                    const Project& project,
                    const Services& services) {
  if (project.is_public) return {};
  const std::string secret = presented_secret(request);
  const UnixMillis now = now_millis();
  if (services.access.authorise(secret, project, Capability::kQueryPost, now).has_value())
    return {};
  SIGLA_TRY(services.access.authorise(secret, project, Capability::kSymbolGet, now));
  return {};
}

http::Admission admit_reader(const Services& services) {
  return [&services](const http::Request& request) -> std::optional<http::Response> {
    const Result<Project> project = project_of(request, services);
    if (!project.has_value()) return error_reply(project.error());
    const Status status = check_reader(request, *project, services);
    if (status.has_value()) return std::nullopt;
    return error_reply(status.error());
  };
}

http::Handler answer(std::function<Result<http::Response>(http::Request&)> function) {
  return [function = std::move(function)](http::Request& request) -> http::Response {
    Result<http::Response> response = function(request);
    if (!response.has_value()) return error_reply(response.error());
    return std::move(response).value();
  };
}

}  // namespace sigla::api
