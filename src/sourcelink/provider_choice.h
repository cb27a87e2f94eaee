// SPDX-License-Identifier: Apache-2.0
// Which provider a repository is on, when nobody or only somebody says so. In this order: a host
// that is listed with its provider; a listed host of the provider that is named; a host that a
// provider is known to have (github.com); the named provider; what the host is called
// ("gitlab.example.com").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sourcelink/provider.h"

namespace sigla::sourcelink {

struct ProviderChoice {
  const Provider* provider = nullptr;  // null: not named
  std::vector<Host> hosts;
  std::string url_template;  // of the provider "template"
};

// Of what a user writes: a provider's name, or nothing, and hosts. kInvalidArgument says which of
// them makes no sense.
Result<ProviderChoice> parse_provider_choice(std::string_view provider,
                                             const std::vector<std::string>& hosts,
                                             std::string_view url_template);

// As source_link_url(); kNotFound when no provider fits.
Result<std::string> choose_source_link_url(const ProviderChoice& choice,
                                           std::string_view remote,
                                           std::string_view revision);

}  // namespace sigla::sourcelink
