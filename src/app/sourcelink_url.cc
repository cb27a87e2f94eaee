// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/sourcelink_verbs.h"
#include "sourcelink/provider.h"

namespace sigla::app {

namespace {

struct UrlCommand {
  std::string provider;
  std::vector<std::string> hosts;
  sourcelink::UrlRequest request;
};

Result<std::string> make_url(UrlCommand& command) {
  for (const std::string& text : command.hosts) {
    auto host = sourcelink::Host::parse(text);
    if (!host.has_value()) return std::move(host).error().in("--host");
    command.request.hosts.push_back(std::move(host).value());
  }
  if (command.provider.empty() && (!command.hosts.empty() || command.request.is_single_provider)) {
    return make_error(ErrorCode::kInvalidArgument, "--host and --single-provider need --provider");
  }
  if (!command.provider.empty()) {
    const sourcelink::Provider* provider = sourcelink::find_provider(command.provider);
    if (provider == nullptr) {
      return make_error(ErrorCode::kInvalidArgument,
                        "--provider '{}' is none of {}",
                        command.provider,
                        sourcelink::provider_names());
    }
    return sourcelink::source_link_url(*provider, command.request);
  }
  for (const sourcelink::Provider& provider : sourcelink::all_providers()) {
    if (provider.hosts.empty()) continue;
    auto url = sourcelink::source_link_url(provider, command.request);
    if (url.has_value() || url.error().code() != ErrorCode::kNotFound) return url;
  }
  return make_error(ErrorCode::kNotFound, "no provider knows its host; say --provider");
}

int run_url(const Verb& self, Arguments arguments) {
  UrlCommand command;
  CommandLine line(
      self,
      "[--provider NAME] [--host HOST]... --remote URL --revision COMMIT",
      "Prints the URL under which the host of the Git repository URL serves its files at COMMIT, "
      "with '*' for the path of a file: the right side of a Source Link map. URL is what `git "
      "remote get-url` prints, of SSH too.\n\n"
      "Providers: " +
          sourcelink::provider_names() +
          ". Without --provider the host must be one that a provider is known to have: "
          "github.com, gitlab.com, bitbucket.org, dev.azure.com and so on.\n\n"
          "HOST is a name, which counts for its subdomains too, with properties behind it: "
          "NAME[:PORT][,ContentUrl=URL][,Version=N.N][,EnterpriseEdition=false]"
          "[,VirtualDirectory=PATH].");
  line.option("--provider", "NAME", &command.provider, "what kind of server the host is");
  line.option(
      "--host", "HOST", &command.hosts, "a host of this provider; may be given several times");
  line.option("--remote", "URL", &command.request.remote, "the repository");
  line.option("--revision", "COMMIT", &command.request.revision, "40 or 64 hexadecimal digits");
  line.option("--template",
              "TEXT",
              &command.request.url_template,
              "the URL of the provider \"template\", with {content}, {scheme}, {host}, {path}, "
              "{owner}, {repo} and {revision}, and one '*'");
  line.flag("--single-provider",
            &command.request.is_single_provider,
            "take the repository's host for one of the provider, though it is not named");
  line.exit_status(kExitNo, "the repository is on no host of the provider");
  line.example(
      "sigla sourcelink url --remote git@github.com:o/r.git --revision $(git rev-parse HEAD)",
      "where GitHub has the files of this commit");
  line.example(
      "sigla sourcelink url --provider GitLab --host git.example.com --remote "
      "https://git.example.com/g/r.git --revision $(git rev-parse HEAD)",
      "a GitLab of one's own");
  if (const auto status = line.parse(arguments)) return *status;

  const auto url = make_url(command);
  if (!url.has_value()) return fail(command.request.remote, url.error());
  std::printf("%s\n", url->c_str());
  return kExitDone;
}

}  // namespace

const Verb kSourcelinkUrl = {
    "sourcelink url", "print the URL of a repository's raw files", run_url};

}  // namespace sigla::app
