// SPDX-License-Identifier: Apache-2.0
// The options by which a verb is told what kind of server a repository is on: --provider, --host
// and --template.
#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"
#include "sourcelink/provider_choice.h"

namespace sigla::app {

struct ProviderOptions {
  std::string provider;
  std::vector<std::string> hosts;
  std::string url_template;

  void add_to(CommandLine& line);
  Result<sourcelink::ProviderChoice> resolve() const;

  // Paragraphs for the verb's page.
  static std::string manual();
};

}  // namespace sigla::app
