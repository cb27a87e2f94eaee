// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/provider_options.h"
#include "app/sourcelink_verbs.h"

namespace sigla::app {

namespace {

Result<std::string> make_url(const ProviderOptions& options,
                             bool is_single_provider,
                             std::string_view remote,
                             std::string_view revision) {
  SIGLA_TRY_ASSIGN(sourcelink::ProviderChoice choice, options.resolve());
  if (choice.provider == nullptr) {
    return sourcelink::choose_source_link_url(choice, remote, revision);
  }
  sourcelink::UrlRequest request;
  request.remote = remote;
  request.revision = revision;
  request.hosts = std::move(choice.hosts);
  request.is_single_provider = is_single_provider;
  request.url_template = choice.url_template;
  return sourcelink::source_link_url(*choice.provider, request);
}

int run_url(const Verb& self, Arguments arguments) {
  ProviderOptions options;
  std::string remote;
  std::string revision;
  bool is_single_provider = false;
  CommandLine line(
      self,
      "[--provider NAME] [--host HOST]... --remote URL --revision COMMIT",
      "Prints the URL under which the host of the Git repository URL serves its files at COMMIT, "
      "with '*' for the path of a file: the right side of a Source Link map. URL is what `git "
      "remote get-url` prints, of SSH too.\n\n" +
          ProviderOptions::manual());
  options.add_to(line);
  line.option("--remote", "URL", &remote, "the repository");
  line.option("--revision", "COMMIT", &revision, "40 or 64 hexadecimal digits");
  line.flag("--single-provider",
            &is_single_provider,
            "take the repository's host for one of --provider, though no --host names it");
  line.exit_status(kExitNo, "the repository is on no host of the provider");
  line.example(
      "sigla sourcelink url --remote git@github.com:o/r.git --revision $(git rev-parse HEAD)",
      "where GitHub has the files of this commit");
  line.example(
      "sigla sourcelink url --provider GitLab --host git.example.com --remote "
      "https://git.example.com/g/r.git --revision $(git rev-parse HEAD)",
      "a GitLab of one's own");
  if (const auto status = line.parse(arguments)) return *status;

  const auto url = make_url(options, is_single_provider, remote, revision);
  if (!url.has_value()) return fail(remote, url.error());
  std::printf("%s\n", url->c_str());
  return kExitDone;
}

}  // namespace

const Verb kSourcelinkUrl = {
    "sourcelink url", "print the URL of a repository's raw files", run_url};

}  // namespace sigla::app
