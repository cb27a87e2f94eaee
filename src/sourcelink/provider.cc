// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/provider.h"

#include <algorithm>

#include "base/text.h"
#include "sourcelink/azure_url.h"

namespace sigla::sourcelink {
namespace {

bool is_commit(std::string_view revision) {
  return (revision.size() == 40 || revision.size() == 64) && parse_hex_bytes(revision).has_value();
}

std::string path_of_repository(const RemoteUrl& url) {
  constexpr std::string_view kSuffix = ".git";
  std::string path = url.path;
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with(kSuffix) && !path.ends_with("/.git")) {
    path.resize(path.size() - kSuffix.size());
  }
  return path;
}

std::vector<Host> hosts_of(const Provider& provider, const UrlRequest& request) {
  std::vector<Host> hosts = request.hosts;
  for (const std::string_view text : split(provider.hosts, ' ')) {
    auto host = Host::parse(text);
    if (!text.empty() && host.has_value()) hosts.push_back(std::move(host).value());
  }
  return hosts;
}

// The content URL a host has without being told, on the repository's port where that is unusual.
Result<std::string> default_content_url(const Provider& provider,
                                        const Host* host,
                                        const RemoteUrl& repository) {
  const std::string authority = host == nullptr ? std::string() : host->name.authority();
  SIGLA_TRY_ASSIGN(RemoteUrl url,
                   RemoteUrl::parse(provider.content_url_of_host(authority, repository)));
  const bool has_port = host != nullptr && host->name.port.has_value();
  const bool is_web = repository.scheme == "http" || repository.scheme == "https";
  if (!has_port && is_web && repository.port) url.port = repository.port;
  return url.text();
}

std::string fill_template(std::string_view text, const UrlParts& parts) {
  const std::string path = parts.path.substr(std::min<std::size_t>(1, parts.path.size()));
  const std::size_t slash = path.rfind('/');
  const std::pair<std::string_view, std::string> variables[] = {
      {"{content}", parts.content_url},
      {"{scheme}", parts.repository.scheme},
      {"{host}", parts.repository.authority()},
      {"{path}", path},
      {"{owner}", slash == std::string::npos ? std::string() : path.substr(0, slash)},
      {"{repo}", slash == std::string::npos ? path : path.substr(slash + 1)},
      {"{revision}", parts.revision},
  };
  std::string out;
  while (!text.empty()) {
    const auto* const found =
        std::find_if(std::begin(variables), std::end(variables), [&](const auto& variable) {
          return text.starts_with(variable.first);
        });
    const bool is_variable = found != std::end(variables);
    out += is_variable ? std::string_view(found->second) : text.substr(0, 1);
    text.remove_prefix(is_variable ? found->first.size() : 1);
  }
  return out;
}

Result<std::string> build(const Provider& provider, const UrlRequest& request, UrlParts& parts) {
  if (provider.name != "template") return provider.build_url(parts);
  if (std::count(request.url_template.begin(), request.url_template.end(), '*') != 1) {
    return make_error(ErrorCode::kInvalidArgument,
                      "template '{}': '*' must stand once, for the path of a file",
                      request.url_template);
  }
  return fill_template(request.url_template, parts);
}

}  // namespace

std::string web_url(const Provider& provider, const RemoteUrl& remote) {
  const bool is_ssh = remote.scheme == "ssh" || remote.scheme == "git+ssh";
  if (is_ssh && provider.keeps_ssh) return remote.text();
  if (is_ssh && provider.name == "AzureRepos") {
    if (auto url = azure_services_https_url(remote)) return *url;
  }
  if (is_ssh && provider.name == "AzureDevOpsServer") {
    if (auto url = azure_server_https_url(remote)) return *url;
  }
  if (!is_ssh && remote.scheme != "git") return remote.text();
  return "https://" + remote.host + remote.path;
}

Result<std::string> source_link_url(const Provider& provider, const UrlRequest& request) {
  SIGLA_TRY_ASSIGN(const RemoteUrl remote, RemoteUrl::parse_git(request.remote));
  UrlParts parts;
  SIGLA_TRY_ASSIGN(parts.repository, RemoteUrl::parse(web_url(provider, remote)));
  const std::vector<Host> hosts = hosts_of(provider, request);
  parts.host = find_host(hosts, parts.repository);
  const bool is_implicit = parts.host == nullptr && provider.may_be_implicit &&
                           (request.is_single_provider || provider.name == "template");
  if (parts.host == nullptr && !is_implicit) {
    return make_error(ErrorCode::kNotFound,
                      "{} is no known host of {}",
                      parts.repository.authority(),
                      provider.name);
  }
  if (!is_commit(request.revision)) {
    return make_error(
        ErrorCode::kInvalidArgument, "'{}' is no commit: 40 or 64 digits", request.revision);
  }
  parts.revision = request.revision;
  if (parts.host != nullptr && parts.host->content_url) {
    parts.content_url = parts.host->content_url->text();
  } else {
    SIGLA_TRY_ASSIGN(parts.content_url,
                     default_content_url(provider, parts.host, parts.repository));
  }
  parts.path = path_of_repository(parts.repository);
  return build(provider, request, parts);
}

}  // namespace sigla::sourcelink
