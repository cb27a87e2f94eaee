// SPDX-License-Identifier: Apache-2.0
// Paths of Azure DevOps repositories (dotnet/sourcelink, docs/Implementation/AzureDevOpsUrlParser).
// Services: /ACCOUNT/PROJECT/_git/REPOSITORY, where an old host ACCOUNT.visualstudio.com has no
// account in the path, may begin with DefaultCollection and name a team; Server:
// /VIRTUAL/DIRECTORY/COLLECTION/PROJECT/TEAM/_git/REPOSITORY. Project and team may be absent: the
// project is named like the repository then. "_full" or "_optimized" may stand before the
// repository. SSH has "_ssh", or /v3/ACCOUNT/PROJECT/REPOSITORY.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sourcelink/remote_url.h"

namespace sigla::sourcelink {

struct AzureRepository {
  std::string project_path;  // what stands before "/_apis": account or collection, and project
  std::string name;
};

bool is_visual_studio_host(std::string_view host);

// Nothing when the path has none of these forms.
std::optional<AzureRepository> parse_azure_services(std::string_view host, std::string_view path);
std::optional<AzureRepository> parse_azure_server(std::string_view path,
                                                  std::string_view virtual_directory);

// The https URL of an ssh one; nothing when it has none of the forms.
std::optional<std::string> azure_services_https_url(const RemoteUrl& ssh);
std::optional<std::string> azure_server_https_url(const RemoteUrl& ssh);

}  // namespace sigla::sourcelink
