// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/provider_options.h"
#include "app/sourcelink_verbs.h"
#include "base/bytes.h"
#include "os/file.h"
#include "sourcelink/map_file.h"

namespace sigla::app {

namespace {

struct GenerateCommand {
  ProviderOptions options;
  std::string directory = ".";
  std::string output;
  std::string remote_name;
  std::string prefix;
};

// A build system looks at the time of the file: what is the same already is left alone.
Status write_if_changed(const std::string& path, const std::string& content) {
  const auto before = read_file(path, content.size());
  if (before.has_value() && as_text(*before) == content) return {};
  return replace_file(path, as_bytes(content));
}

Result<sourcelink::MapFile> generate(const GenerateCommand& command) {
  SIGLA_TRY_ASSIGN(const auto choice, command.options.resolve());
  SIGLA_TRY_ASSIGN(const auto checkout,
                   sourcelink::read_checkout(command.directory, command.remote_name));
  return sourcelink::make_map_file(checkout, choice, command.prefix);
}

int run_generate(const Verb& self, Arguments arguments) {
  GenerateCommand command;
  CommandLine line(
      self,
      "[--repo DIR] [-o FILE] [OPTION]...",
      "Makes the Source Link map of a Git checkout: JSON that says under which URL its host has "
      "the files of the commit that is checked out. Give it to the compiler or linker, and every "
      "debugger can show the sources of what is built: /SOURCELINK:FILE to MSVC's link, "
      "/pdbstream:sourcelink=FILE to lld-link (behind /link of clang-cl), -sourcelink:FILE to the "
      "compilers of C#, F# and Visual Basic.\n\n"
      "Submodules at any depth, worktrees, shallow clones, detached heads and insteadOf are "
      "understood. Warnings say what makes a URL show another file or none: a commit that is on "
      "no remote branch, changes that are not committed, a submodule of a host not known.\n\n" +
          ProviderOptions::manual());
  line.option("--repo", "DIR", &command.directory, "a folder of the checkout; \".\" unless given");
  line.option("-o,--output", "FILE", &command.output, "where to; written only when it changes");
  line.option("--remote",
              "NAME",
              &command.remote_name,
              "the remote to take; \"origin\" or else the first unless given");
  line.option("--prefix",
              "PATH",
              &command.prefix,
              "what the compiler calls the root of the checkout, as mapped by -pathmap or "
              "-ffile-prefix-map: /_/");
  command.options.add_to(line);
  line.exit_status(kExitNo, "no repository, or none of its files has a URL");
  line.example("sigla sourcelink generate -o app.sourcelink.json", "before the build");
  line.example("sigla sourcelink generate --provider GitLab --prefix /_/ -o sl.json",
               "a GitLab of one's own, a deterministic build");
  if (const auto status = line.parse(arguments)) return *status;

  const auto file = generate(command);
  if (!file.has_value()) return fail(self.name, file.error());
  for (const std::string& warning : file->warnings) {
    std::fprintf(stderr, "sigla: warning: %s\n", warning.c_str());
  }
  if (file->json.empty()) {
    return fail(self.name, make_error(ErrorCode::kNotFound, "no source has a URL"));
  }
  if (command.output.empty()) {
    std::fputs(file->json.c_str(), stdout);
    return kExitDone;
  }
  const Status written = write_if_changed(command.output, file->json);
  return written.has_value() ? kExitDone : fail(command.output, written.error());
}

}  // namespace

const Verb kSourcelinkGenerate = {
    "sourcelink generate", "make the map of a Git checkout", run_generate};

}  // namespace sigla::app
