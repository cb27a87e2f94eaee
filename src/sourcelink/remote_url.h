// SPDX-License-Identifier: Apache-2.0
// The address of a Git repository, taken apart: "https://user@host:8443/a/b.git", or in the short
// form of SSH "git@host:a/b.git" (git-fetch(1), "GIT URLS"), which becomes ssh://. Owns its texts.
//
// The path is kept as RFC 3986 writes it: dot segments removed, %XX of unreserved characters
// decoded, what may not stand in a path encoded. Scheme and host are lower case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sigla::sourcelink {

struct RemoteUrl {
  std::string scheme;
  std::string user_info;
  std::string host;                   // "[::1]" with its brackets
  std::optional<std::uint16_t> port;  // when written, and not the scheme's own
  std::string path;                   // "/" at least
  std::string query;                  // without '?'

  // kInvalidArgument: no absolute URL with a host.
  static Result<RemoteUrl> parse(std::string_view text);
  // The same, and the short form of SSH.
  static Result<RemoteUrl> parse_git(std::string_view text);

  // The port a connection goes to; nothing for schemes that have none of their own.
  std::optional<std::uint16_t> effective_port() const;
  std::string authority() const;  // host, and ":port" if there is one
  std::string text() const;       // without user and password
};

// "host" or "host:port" and nothing else: what a list of hosts is made of.
struct HostName {
  std::string host;
  std::optional<std::uint16_t> port;  // exactly as written

  static Result<HostName> parse(std::string_view text);
  std::string authority() const;
};

// One '/' between the two.
std::string combine_url(std::string_view base, std::string_view relative);
// "/a/b/" as {"a", "b"}; "/" as nothing; no value when a part is empty.
std::optional<std::vector<std::string>> split_path(std::string_view path);

}  // namespace sigla::sourcelink
