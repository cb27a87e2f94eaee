// SPDX-License-Identifier: Apache-2.0
// From a repository and a commit to the URL under which its host serves the raw files, with '*' in
// the place of a file's path: the right side of a Source Link map.
//
//   https://github.com/o/r.git, 0123abcd  ->  https://raw.githubusercontent.com/o/r/0123abcd/*
//
// The rules of GitHub, GitLab, Bitbucket, Azure, Gitea, Gitee and GitWeb are those of
// dotnet/sourcelink; cgit, SourceHut, Gitiles and templates are ours. Content is taken from
// ContentUrl of the host item, or else from the repository's own scheme, host and port.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sourcelink/host.h"

namespace sigla::sourcelink {

// What a rule builds a URL from.
struct UrlParts {
  std::string content_url;
  RemoteUrl repository;        // http or https, unless the provider keeps ssh
  std::string path;            // of the repository, without a trailing '/' and ".git"
  std::string revision;        // a commit, in hexadecimal
  const Host* host = nullptr;  // null: the repository's own, not listed
};

struct Provider {
  std::string_view name;   // "GitHub"
  std::string_view hosts;  // known without being told, separated by spaces
  Result<std::string> (*build_url)(const UrlParts& parts);
  // The content URL of a listed host that names none; an empty `host` is the repository's own.
  std::string (*content_url_of_host)(std::string_view host, const RemoteUrl& repository);
  bool may_be_implicit = true;  // the repository's own host may be taken for one of it
  bool keeps_ssh = false;
};

std::span<const Provider> all_providers();
// Without case, and with or without the ".Git" that dotnet/sourcelink's packages end in. Null when
// there is none.
const Provider* find_provider(std::string_view name);
// "GitHub, GitLab, ...".
std::string provider_names();

struct UrlRequest {
  std::string remote;    // as `git remote get-url` prints it
  std::string revision;  // 40 or 64 hexadecimal digits
  std::vector<Host> hosts;
  bool is_single_provider = false;  // an unlisted host is one of this provider
  std::string url_template;         // of the provider "template"
};

// kNotFound when the repository is on none of the provider's hosts; kInvalidArgument when remote,
// revision or a host make no sense.
Result<std::string> source_link_url(const Provider& provider, const UrlRequest& request);

// The http(s) form of a Git URL by the provider's rules: what is cloned from and shown to people.
std::string web_url(const Provider& provider, const RemoteUrl& remote);

}  // namespace sigla::sourcelink
