// SPDX-License-Identifier: Apache-2.0
#include "api/prefix.h"

#include <initializer_list>
#include <optional>
#include <utility>

#include "http/target.h"

namespace sigla::api {

namespace {

std::optional<Project> named_project(Prefix prefix,
                                     const http::Request& request,
                                     const Services& services) {
  if (prefix == Prefix::kProject) return services.access.find_project(request.captures.at(0));
  if (prefix == Prefix::kToken) {
    const std::optional<Token> token = services.access.find_token(request.captures.at(0));
    if (token && token->project_id != 0) return services.access.find_project(token->project_id);
  }
  return services.access.find_project(kDefaultProject);
}

}  // namespace

std::string_view route_prefix(Prefix prefix) {
  switch (prefix) {
    case Prefix::kNone:
      return "";
    case Prefix::kProject:
      return "/p/{project}";
    case Prefix::kToken:
      return "/t/{token}";
  }
  return "";
}

std::string request_prefix(Prefix prefix, const http::Request& request) {
  if (prefix == Prefix::kNone) return "";
  return (prefix == Prefix::kProject ? "/p/" : "/t/") +
         http::percent_encode(request.captures.at(0), false);
}

std::string_view rest_of_path(Prefix prefix, const http::Request& request) {
  return request.captures.at(prefix == Prefix::kNone ? 0 : 1);
}

namespace {

Result<Project> project_open_to(std::initializer_list<Capability> capabilities,
                                Prefix prefix,
                                const http::Request& request,
                                const Services& services) {
  std::optional<Project> project = named_project(prefix, request, services);
  if (!project) return make_error(ErrorCode::kNotFound, "no such project");
  const bool names_token = prefix == Prefix::kToken;
  if (project->is_public && !names_token) return *std::move(project);
  const std::string secret = names_token ? request.captures.at(0) : presented_secret(request);
  std::string refusal;
  for (const Capability capability : capabilities) {
    const Result<Token> token =
        services.access.authorise(secret, *project, capability, now_millis());
    if (token.has_value()) return *std::move(project);
    refusal = token.error().message();
  }
  return make_error(ErrorCode::kUnauthenticated, "{}", refusal);
}

}  // namespace

Result<Project> readable_project(Prefix prefix,
                                 const http::Request& request,
                                 const Services& services) {
  return project_open_to({Capability::kSymbolGet}, prefix, request, services);
}

Result<Project> queried_project(Prefix prefix,
                                const http::Request& request,
                                const Services& services) {
  return project_open_to(
      {Capability::kQueryPost, Capability::kSymbolGet}, prefix, request, services);
}

}  // namespace sigla::api
