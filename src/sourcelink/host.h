// SPDX-License-Identifier: Apache-2.0
// A host whose repositories a provider serves, as users name it:
//
//   HOST[:PORT][,ContentUrl=URL][,Version=N.N][,EnterpriseEdition=BOOL][,VirtualDirectory=PATH]
//
// The properties are those of the host items of dotnet/sourcelink, in any case. `Provider=NAME`
// says which provider it is where several are possible.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sourcelink/remote_url.h"

namespace sigla::sourcelink {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const Version&) const = default;
};

struct Host {
  HostName name;
  std::optional<RemoteUrl> content_url;
  std::optional<Version> version;
  std::optional<bool> is_enterprise_edition;
  std::string virtual_directory;
  std::string provider;  // empty: not said

  // kInvalidArgument names the property that is unknown or wrong.
  static Result<Host> parse(std::string_view text);
};

// The host of the list a repository is on: the same name before a parent domain of it, the same
// port before none. Null when there is none.
const Host* find_host(std::span<const Host> hosts, const RemoteUrl& repository);

}  // namespace sigla::sourcelink
