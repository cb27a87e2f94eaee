// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/azure_url.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "http/target.h"

namespace sigla::sourcelink {
namespace {

using Parts = std::vector<std::string>;

struct Tail {
  std::size_t size = 0;  // parts before "_git"
  std::string name;
};

// {type}/{"_full" or "_optimized"}/{name} at the end; without a type only what stands before it.
std::optional<Tail> parse_tail(const Parts& parts, std::string_view type) {
  std::size_t end = parts.size();
  if (end < 2) return std::nullopt;
  Tail tail;
  tail.name = parts[--end];
  if (parts[end - 1] == "_full" || parts[end - 1] == "_optimized") --end;
  if (end == 0) return std::nullopt;
  if (type.empty()) {
    if (parts[end - 1] == "_ssh" || parts[end - 1] == "_git") return std::nullopt;
  } else if (parts[--end] != type) {
    return std::nullopt;
  }
  tail.size = end;
  return tail;
}

struct ProjectAndTeam {
  std::string project;  // empty when absent
  std::string team;
  std::string name;
};

std::optional<ProjectAndTeam> parse_project(const Parts& parts,
                                            std::size_t start,
                                            std::string_view type) {
  const auto tail = parse_tail(parts, type);
  if (!tail || tail->size < start || tail->size - start > 2) return std::nullopt;
  ProjectAndTeam found;
  found.name = tail->name;
  if (tail->size > start) found.project = parts[start];
  if (tail->size > start + 1) found.team = parts[start + 1];
  return found;
}

std::string join(const Parts& parts, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += '/';
    out += parts[i];
  }
  return out;
}

std::string both(const ProjectAndTeam& found) {
  return found.team.empty() ? found.project : found.project + "/" + found.team;
}

}  // namespace

bool is_visual_studio_host(std::string_view host) {
  return ends_with_ignoring_case(host, ".visualstudio.com") ||
         ends_with_ignoring_case(host, ".vsts.me");
}

std::optional<AzureRepository> parse_azure_services(std::string_view host, std::string_view path) {
  const auto parts = split_path(path);
  if (!parts || parts->empty()) return std::nullopt;
  const bool has_account_in_host = is_visual_studio_host(host);
  std::size_t start = 0;
  if (!has_account_in_host) {
    if (equals_ignoring_case(parts->front(), "e")) return std::nullopt;  // a page, no repository
    start = 1;
  } else if (equals_ignoring_case(parts->front(), "DefaultCollection")) {
    start = 1;
  }
  const auto found = parse_project(*parts, start, "_git");
  if (!found) return std::nullopt;
  AzureRepository repository{found->project.empty() ? found->name : found->project, found->name};
  if (has_account_in_host) return repository;
  if (!found->team.empty()) return std::nullopt;
  repository.project_path = parts->front() + "/" + repository.project_path;
  return repository;
}

std::optional<AzureRepository> parse_azure_server(std::string_view path,
                                                  std::string_view virtual_directory) {
  const auto parts = split_path(path);
  const auto directory = split_path(virtual_directory);
  if (!parts || !directory || parts->size() <= directory->size()) return std::nullopt;
  if (!std::equal(directory->begin(), directory->end(), parts->begin(), equals_ignoring_case)) {
    return std::nullopt;
  }
  const std::size_t start = directory->size() + 1;  // behind the collection
  const auto found = parse_project(*parts, start, "_git");
  if (!found) return std::nullopt;
  const std::string project =
      http::percent_decode(found->project.empty() ? found->name : found->project);
  return AzureRepository{join(*parts, start) + "/" + http::percent_encode(project, false),
                         found->name};
}

std::optional<std::string> azure_services_https_url(const RemoteUrl& ssh) {
  const bool has_account_in_host = is_visual_studio_host(ssh.host);
  const std::string_view prefix = has_account_in_host ? "vs-ssh." : "ssh.";
  const auto parts = split_path(ssh.path);
  if (!ssh.host.starts_with(prefix) || !parts || parts->empty()) return std::nullopt;
  std::string account = ssh.user_info;
  std::optional<ProjectAndTeam> found;
  if (parts->front() == "v3" && parts->size() >= 3) {
    found = parse_project(*parts, 2, "");
    if (found && !found->project.empty()) account = (*parts)[1];
  }
  if (!found || found->project.empty()) {
    const bool has_collection = equals_ignoring_case(parts->front(), "DefaultCollection");
    found = parse_project(*parts, has_collection ? 1 : 0, "_ssh");
  }
  if (!found || account.empty()) return std::nullopt;
  const std::string domain = ssh.host.substr(prefix.size());
  const std::string base = has_account_in_host ? account + "." + domain : domain + "/" + account;
  return combine_url(combine_url("https://" + base, both(*found)), "_git/" + found->name);
}

std::optional<std::string> azure_server_https_url(const RemoteUrl& ssh) {
  const auto parts = split_path(ssh.path);
  const auto tail = parts ? parse_tail(*parts, "_ssh") : std::nullopt;
  if (!tail) return std::nullopt;
  return combine_url(combine_url("https://" + ssh.host, join(*parts, tail->size)),
                     "_git/" + tail->name);
}

}  // namespace sigla::sourcelink
