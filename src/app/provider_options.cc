// SPDX-License-Identifier: Apache-2.0
#include "app/provider_options.h"

namespace sigla::app {

void ProviderOptions::add_to(CommandLine& line) {
  line.option("--provider", "NAME", &provider, "what kind of server hosts not known are");
  line.option("--host", "HOST", &hosts, "what a host is; may be given several times");
  line.option("--template",
              "TEXT",
              &url_template,
              "the URL of the provider \"template\", with {content}, {scheme}, {host}, {path}, "
              "{owner}, {repo} and {revision}, and one '*' for the path of a file");
}

Result<sourcelink::ProviderChoice> ProviderOptions::resolve() const {
  return sourcelink::parse_provider_choice(provider, hosts, url_template);
}

std::string ProviderOptions::manual() {
  return "Providers: " + sourcelink::provider_names() +
         ". github.com, gitlab.com, bitbucket.org, dev.azure.com, codeberg.org, gitee.com, "
         "git.sr.ht, git.kernel.org and googlesource.com are known, and hosts called like "
         "gitlab.example.com are taken for what they are called; --provider says it of others.\n\n"
         "HOST is a name, which counts for its subdomains too, with properties behind it: "
         "NAME[:PORT][,Provider=NAME][,ContentUrl=URL][,Version=N.N][,EnterpriseEdition=false]"
         "[,VirtualDirectory=PATH].";
}

}  // namespace sigla::app
