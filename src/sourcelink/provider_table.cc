// SPDX-License-Identifier: Apache-2.0
// One row for each provider: where it is, and how its raw files are addressed.
#include "base/text.h"
#include "sourcelink/azure_url.h"
#include "sourcelink/provider.h"

namespace sigla::sourcelink {
namespace {

std::string same_host(std::string_view host, const RemoteUrl& repository) {
  return fmt::format(
      "{}://{}", repository.scheme, host.empty() ? repository.authority() : std::string(host));
}
// Every subdomain is a server of its own.
std::string own_host(std::string_view /*host*/, const RemoteUrl& repository) {
  return same_host({}, repository);
}
std::string github_content(std::string_view host, const RemoteUrl& repository) {
  return same_host(host, repository) + "/raw";
}
std::string gitweb_content(std::string_view host, const RemoteUrl& repository) {
  return fmt::format("https://{}/gitweb", host.empty() ? repository.host : std::string(host));
}
std::string gerrit_content(std::string_view host, const RemoteUrl& repository) {
  return same_host(host, repository) + "/plugins/gitiles";
}
// The account of an old host, ACCOUNT.visualstudio.com, stands in its name.
std::string azure_content(std::string_view host, const RemoteUrl& repository) {
  const bool is_own = host.empty() || host == repository.authority();
  if (is_own || !is_visual_studio_host(repository.host)) return same_host(host, repository);
  const std::string account = repository.host.substr(0, repository.host.find('.'));
  return fmt::format("{}://{}.{}", repository.scheme, account, host);
}
// An unlisted host stands for its domain.
std::string common_content(std::string_view host, const RemoteUrl& repository) {
  if (!host.empty()) return same_host(host, repository) + "/host-default";
  RemoteUrl domain = repository;
  const std::size_t dot = domain.host.find('.');
  if (dot != domain.host.rfind('.')) domain.host.erase(0, dot + 1);
  return same_host({}, domain) + "/repo-default";
}

std::string in_repository(const UrlParts& parts, std::string_view rest) {
  return combine_url(combine_url(parts.content_url, parts.path), rest);
}

Result<std::string> github_url(const UrlParts& parts) {
  return in_repository(parts, parts.revision + "/*");
}

Result<std::string> gitlab_url(const UrlParts& parts) {
  constexpr Version kNewUrls{12, 0};
  const Version version = parts.host == nullptr ? kNewUrls : parts.host->version.value_or(kNewUrls);
  const std::string_view folder = version >= kNewUrls ? "-/raw/" : "raw/";
  return in_repository(parts, fmt::format("{}{}/*", folder, parts.revision));
}

Result<std::string> gitea_url(const UrlParts& parts) {
  return in_repository(parts, fmt::format("raw/commit/{}/*", parts.revision));
}

Result<std::string> gitee_url(const UrlParts& parts) {
  return in_repository(parts, fmt::format("raw/{}/*", parts.revision));
}

Result<std::string> sourcehut_url(const UrlParts& parts) {
  return in_repository(parts, fmt::format("blob/{}/*", parts.revision));
}

// The repository's path as it is: whether it ends in ".git" is the server's matter.
Result<std::string> cgit_url(const UrlParts& parts) {
  std::string path = parts.repository.path;
  while (path.ends_with('/')) path.pop_back();
  return combine_url(combine_url(parts.content_url, path), "plain/*?id=" + parts.revision);
}

Result<std::string> gitweb_url(const UrlParts& parts) {
  std::string_view content = parts.content_url;
  while (content.ends_with('/') || content.ends_with('\\')) content.remove_suffix(1);
  std::string_view path = parts.path;
  while (path.starts_with('/')) path.remove_prefix(1);
  return combine_url(content,
                     fmt::format("?p={}.git;a=blob_plain;hb={};f=*", path, parts.revision));
}

// Behind a log-in Gerrit clones from /a/REPOSITORY. The answer is base64, which a debugger does not
// decode (Gitiles has no other form); `sigla source` does.
Result<std::string> gitiles_url(const UrlParts& parts) {
  std::string_view path = parts.path;
  if (path.starts_with("/a/")) path.remove_prefix(2);
  return combine_url(combine_url(parts.content_url, path),
                     fmt::format("+/{}/*?format=TEXT", parts.revision));
}

Error unusual_path(const UrlParts& parts, std::string_view provider) {
  return make_error(ErrorCode::kInvalidArgument,
                    "'{}' has not the form of a repository of {}",
                    parts.repository.text(),
                    provider);
}

std::string azure_items_url(const UrlParts& parts, const AzureRepository& repository) {
  return combine_url(combine_url(parts.content_url, repository.project_path),
                     fmt::format("_apis/git/repositories/{}/items?api-version=1.0&versionType="
                                 "commit&version={}&path=/*",
                                 repository.name,
                                 parts.revision));
}

// ".git" is a part of the repository's name here, hence not parts.path.
Result<std::string> azure_repos_url(const UrlParts& parts) {
  const auto repository = parse_azure_services(parts.repository.host, parts.repository.path);
  if (!repository) return unusual_path(parts, "Azure DevOps Services");
  return azure_items_url(parts, *repository);
}

Result<std::string> azure_server_url(const UrlParts& parts) {
  const auto repository = parse_azure_server(
      parts.path, parts.host == nullptr ? std::string() : parts.host->virtual_directory);
  if (!repository) return unusual_path(parts, "Azure DevOps Server");
  return azure_items_url(parts, *repository);
}

// https://bitbucket.org is at https://api.bitbucket.org/2.0.
Result<std::string> bitbucket_cloud_url(const UrlParts& parts) {
  SIGLA_TRY_ASSIGN(RemoteUrl api, RemoteUrl::parse(parts.content_url));
  api.host = "api." + api.host;
  const std::string path = combine_url("2.0/repositories", parts.path);
  return combine_url(combine_url(api.text(), path), fmt::format("src/{}/*", parts.revision));
}

// HTTP clones from BASE/scm/PROJECT/REPOSITORY, SSH from BASE/PROJECT/REPOSITORY.
Result<std::string> bitbucket_url(const UrlParts& parts) {
  constexpr Version kNewUrls{4, 7};
  const bool is_cloud = parts.host != nullptr && !parts.host->is_enterprise_edition.value_or(true);
  if (is_cloud) return bitbucket_cloud_url(parts);
  auto path = split_path(parts.path);
  if (!path || path->size() < 2) return unusual_path(parts, "Bitbucket Server");
  const std::string repository = std::move(path->back());
  path->pop_back();
  const std::string project = std::move(path->back());
  path->pop_back();
  if (!path->empty() && path->back() == "scm") path->pop_back();
  std::string base;
  for (const std::string& part : *path) base += (base.empty() ? "" : "/") + part;
  const Version version = parts.host == nullptr ? kNewUrls : parts.host->version.value_or(kNewUrls);
  std::string rest = fmt::format("projects/{}/repos/{}/", project, repository);
  rest += version >= kNewUrls ? fmt::format("raw/*?at={}", parts.revision)
                              : fmt::format("browse/*?at={}&raw", parts.revision);
  return combine_url(parts.content_url, base.empty() ? rest : combine_url(base, rest));
}

// What all of them start from, to see why a URL came out as it did.
Result<std::string> common_url(const UrlParts& parts) {
  return fmt::format("ContentUrl='{}' GitUrl='{}' RelativeUrl='{}' RevisionId='{}'",
                     parts.content_url,
                     parts.repository.text(),
                     parts.path,
                     parts.revision);
}

const Provider kProviders[] = {
    {"GitHub",
     "github.com,ContentUrl=https://raw.githubusercontent.com",
     github_url,
     github_content},
    {"GitLab", "gitlab.com", gitlab_url, same_host},
    {"Bitbucket", "bitbucket.org,EnterpriseEdition=false", bitbucket_url, same_host},
    {"AzureRepos", "dev.azure.com visualstudio.com vsts.me", azure_repos_url, azure_content},
    {"AzureDevOpsServer", "", azure_server_url, same_host, false},
    {"Gitea", "gitea.com codeberg.org", gitea_url, same_host},
    {"Forgejo", "codeberg.org", gitea_url, same_host},
    {"Gitee", "gitee.com", gitee_url, same_host},
    {"SourceHut", "git.sr.ht", sourcehut_url, same_host},
    {"cgit", "git.kernel.org", cgit_url, same_host},
    {"GitWeb", "", gitweb_url, gitweb_content, true, true},
    {"Gitiles", "googlesource.com", gitiles_url, own_host},
    {"Gerrit", "", gitiles_url, gerrit_content},
    {"template", "", common_url, same_host},
    {"Common", "", common_url, common_content},
};

}  // namespace

std::span<const Provider> all_providers() { return kProviders; }

const Provider* find_provider(std::string_view name) {
  constexpr std::string_view kSuffix = ".Git";
  if (ends_with_ignoring_case(name, kSuffix)) name.remove_suffix(kSuffix.size());
  for (const Provider& provider : kProviders) {
    if (equals_ignoring_case(name, provider.name)) return &provider;
  }
  return nullptr;
}

std::string provider_names() {
  std::string names;
  for (const Provider& provider : kProviders) {
    if (provider.name == "Common") continue;
    if (!names.empty()) names += ", ";
    names += provider.name;
  }
  return names;
}

}  // namespace sigla::sourcelink
