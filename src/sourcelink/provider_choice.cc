// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/provider_choice.h"

#include <optional>

#include "base/text.h"

namespace sigla::sourcelink {
namespace {

struct Asker {
  std::string_view remote;
  std::string_view revision;
  std::string_view url_template;

  // Nothing when the repository is on none of these hosts.
  std::optional<Result<std::string>> ask(const Provider& provider,
                                         std::vector<Host> hosts,
                                         bool is_single_provider) const {
    UrlRequest request;
    request.remote = remote;
    request.revision = revision;
    request.hosts = std::move(hosts);
    request.is_single_provider = is_single_provider;
    request.url_template = url_template;
    auto url = source_link_url(provider, request);
    if (!url.has_value() && url.error().code() == ErrorCode::kNotFound) return std::nullopt;
    return url;
  }
};

Error unknown_provider(std::string_view name) {
  return make_error(
      ErrorCode::kInvalidArgument, "provider '{}' is none of {}", name, provider_names());
}

// "gitlab" of "gitlab.example.com", "git.sr.ht" apart.
const Provider* provider_called_like(std::string_view remote) {
  const auto url = RemoteUrl::parse_git(remote);
  if (!url.has_value()) return nullptr;
  const std::string_view label = std::string_view(url->host).substr(0, url->host.find('.'));
  const Provider* provider = find_provider(label);
  const bool is_name = provider != nullptr && provider->name != "Common" &&
                       provider->name != "template" && provider->may_be_implicit;
  return is_name ? provider : nullptr;
}

}  // namespace

Result<ProviderChoice> parse_provider_choice(std::string_view provider,
                                             const std::vector<std::string>& hosts,
                                             std::string_view url_template) {
  ProviderChoice choice;
  choice.url_template = url_template;
  if (!provider.empty()) {
    choice.provider = find_provider(provider);
    if (choice.provider == nullptr) return unknown_provider(provider);
  } else if (!url_template.empty()) {
    choice.provider = find_provider("template");
  }
  for (const std::string& text : hosts) {
    auto host = Host::parse(text);
    if (!host.has_value()) return std::move(host).error().in(text);
    if (!host->provider.empty() && find_provider(host->provider) == nullptr) {
      return unknown_provider(host->provider);
    }
    if (host->provider.empty() && choice.provider == nullptr) {
      return make_error(ErrorCode::kInvalidArgument,
                        "host '{}' is of which provider? Say Provider=NAME behind it",
                        text);
    }
    choice.hosts.push_back(std::move(host).value());
  }
  return choice;
}

Result<std::string> choose_source_link_url(const ProviderChoice& choice,
                                           std::string_view remote,
                                           std::string_view revision) {
  const Asker asker{remote, revision, choice.url_template};
  SIGLA_TRY_ASSIGN(const RemoteUrl url, RemoteUrl::parse_git(remote));
  if (const Host* host = find_host(choice.hosts, url)) {
    const Provider* provider =
        host->provider.empty() ? choice.provider : find_provider(host->provider);
    if (provider != nullptr) {
      if (auto found = asker.ask(*provider, {*host}, false)) return std::move(*found);
    }
  }
  for (const Provider& provider : all_providers()) {
    if (provider.hosts.empty()) continue;
    if (auto found = asker.ask(provider, {}, false)) return std::move(*found);
  }
  const Provider* likely = choice.provider ? choice.provider : provider_called_like(remote);
  if (likely != nullptr) {
    if (auto found = asker.ask(*likely, {}, true)) return std::move(*found);
  }
  return make_error(
      ErrorCode::kNotFound, "no provider knows {}: say which with --provider", url.authority());
}

}  // namespace sigla::sourcelink
