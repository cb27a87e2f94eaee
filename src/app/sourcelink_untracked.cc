// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/sourcelink_verbs.h"
#include "sourcelink/git_repository.h"

namespace sigla::app {

namespace {

using sourcelink::FileState;

std::string_view reason_of(FileState state) {
  switch (state) {
    case FileState::kCommitted:
      return "";
    case FileState::kChanged:
      return "changed";
    case FileState::kUntracked:
      return "untracked";
    case FileState::kIgnored:
      return "ignored";
    case FileState::kOutside:
      return "outside";
  }
  return "";
}

Result<std::vector<FileState>> states_of(const std::string& directory,
                                         const std::vector<std::string>& files) {
  SIGLA_TRY_ASSIGN(const auto repository, sourcelink::read_git_repository(directory, false));
  const std::vector<std::filesystem::path> paths(files.begin(), files.end());
  return sourcelink::git_file_states(repository.work_tree, paths);
}

int run_untracked(const Verb& self, Arguments arguments) {
  std::string directory = ".";
  bool has_reasons = false;
  std::vector<std::string> files;
  CommandLine line(
      self,
      "[--repo DIR] [--why] FILE...",
      "Prints those of the source FILEs that no host can have, one a line: files outside the "
      "checkout, ignored, not committed, or changed since. They must be embedded into the debug "
      "information to be seen later: -embed to C# compilers, -gembed-source to clang, or with "
      "`sigla upload --sources`. A FILE of \"-\" reads the list from standard input.");
  line.option("--repo", "DIR", &directory, "a folder of the checkout; \".\" unless given");
  line.flag("--why", &has_reasons, "say behind each, after a tab, what it is");
  line.positionals("FILE", &files, "a source of the build", CommandLine::kAtLeastOne);
  line.example("sigla sourcelink untracked --why src/*.c obj/version.c", "obj/version.c, ignored");
  if (const auto status = line.parse(arguments)) return *status;

  if (files.size() == 1 && files.front() == "-") {
    files.clear();
    for (std::string name; std::getline(std::cin, name);) {
      if (!name.empty()) files.push_back(name);
    }
  }
  const auto states = states_of(directory, files);
  if (!states.has_value()) return fail(self.name, states.error());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string reason(reason_of((*states)[i]));
    if (reason.empty()) continue;
    std::printf("%s%s\n", files[i].c_str(), has_reasons ? ("\t" + reason).c_str() : "");
  }
  return kExitDone;
}

}  // namespace

const Verb kSourcelinkUntracked = {
    "sourcelink untracked", "list the sources that must be embedded", run_untracked};

}  // namespace sigla::app
