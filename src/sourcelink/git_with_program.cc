// SPDX-License-Identifier: Apache-2.0
// The `git` program's answers, by its stable ("porcelain") output, with zero bytes between records.
#include <cstdlib>
#include <system_error>

#include "base/bytes.h"
#include "base/text.h"
#include "os/child_process.h"
#include "sourcelink/git_repository.h"

extern "C" char** environ;

namespace sigla::sourcelink {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kOutputSizeMax = 64ULL << 20;

struct Output {
  int code = 0;
  std::string text;
};

// Runs git in a folder; its own words of failure go to standard error.
Result<Output> run_git(const fs::path& directory, const std::vector<std::string>& arguments) {
  ChildProcess::Options options;
  // Descriptor 3 is the channel; the shell finds git in PATH.
  options.command = {"/bin/sh", "-c", "exec git \"$@\" >&3", "git", "-C", directory.string()};
  // A repository may name a program to run here.
  for (const char* setting : {"core.fsmonitor=false", "core.untrackedCache=keep"}) {
    options.command.insert(options.command.end(), {"-c", setting});
  }
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  for (char** variable = environ; *variable != nullptr; ++variable) {
    options.environment.emplace_back(*variable);
  }
  options.environment.emplace_back("GIT_OPTIONAL_LOCKS=0");
  SIGLA_TRY_ASSIGN(const File channel, File::create_in_memory("git-output"));
  SIGLA_TRY_ASSIGN(ChildProcess child, ChildProcess::spawn(options, channel));
  const ExitStatus end = child.wait();
  if (end.signal != 0 || end.code == 127) {
    return make_error(ErrorCode::kUnavailable, "git: {}", end.describe());
  }
  SIGLA_TRY_ASSIGN(const MappedFile written, MappedFile::map(channel, kOutputSizeMax));
  return Output{end.code, std::string(as_text(written.bytes()))};
}

Result<std::string> ask_git(const fs::path& directory, const std::vector<std::string>& arguments) {
  SIGLA_TRY_ASSIGN(Output output, run_git(directory, arguments));
  if (output.code != 0) {
    return make_error(ErrorCode::kUnavailable,
                      "git {} in {}: exit status {}",
                      arguments.front(),
                      directory.string(),
                      output.code);
  }
  return std::move(output.text);
}

// "key\nvalue\0" each; a key without '=' has no second line.
GitConfig parse_config(std::string_view text) {
  GitConfig config;
  for (const std::string_view record : split(text, '\0')) {
    if (record.empty()) continue;
    const std::size_t end = std::min(record.find('\n'), record.size());
    config.emplace_back(record.substr(0, end), record.substr(std::min(end + 1, record.size())));
  }
  return config;
}

Status read_head(const fs::path& directory, GitRepository& found) {
  SIGLA_TRY_ASSIGN(const Output head,
                   run_git(directory, {"rev-parse", "--quiet", "--verify", "HEAD^{commit}"}));
  if (head.code != 0) return {};
  found.head = trim(head.text);
  SIGLA_TRY_ASSIGN(const Output branch, run_git(directory, {"symbolic-ref", "--quiet", "HEAD"}));
  if (branch.code == 0) found.branch = trim(branch.text);
  SIGLA_TRY_ASSIGN(
      const std::string all,
      ask_git(directory, {"for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes"}));
  if (all.empty()) return {};
  SIGLA_TRY_ASSIGN(
      const Output containing,
      run_git(
          directory,
          {"for-each-ref", "--count=1", "--format=%(refname)", "--contains=HEAD", "refs/remotes"}));
  found.is_on_remote = containing.code == 0 && !containing.text.empty();
  return {};
}

}  // namespace

Result<GitRepository> read_with_program(const fs::path& directory, bool /*is_root*/) {
  SIGLA_TRY_ASSIGN(const std::string root, ask_git(directory, {"rev-parse", "--show-toplevel"}));
  GitRepository found;
  std::error_code failure;
  found.work_tree = fs::canonical(trim(root), failure);
  if (failure) return make_error(ErrorCode::kUnavailable, "{}: {}", root, failure.message());
  SIGLA_TRY_ASSIGN(const std::string config, ask_git(directory, {"config", "--null", "--list"}));
  found.config = parse_config(config);
  if (fs::exists(found.work_tree / ".gitmodules", failure)) {
    SIGLA_TRY_ASSIGN(
        const std::string modules,
        ask_git(found.work_tree, {"config", "--null", "--file", ".gitmodules", "--list"}));
    found.modules = parse_config(modules);
  }
  SIGLA_TRY(read_head(directory, found));
  SIGLA_TRY_ASSIGN(
      const std::string changes,
      ask_git(
          found.work_tree,
          {"status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all"}));
  found.has_changes = !changes.empty();
  return found;
}

Result<FileState> state_with_program(const fs::path& work_tree, const std::string& relative_path) {
  SIGLA_TRY_ASSIGN(const std::string text,
                   ask_git(work_tree,
                           {"--literal-pathspecs",
                            "status",
                            "--porcelain=v1",
                            "-z",
                            "--untracked-files=all",
                            "--ignored=matching",
                            "--",
                            relative_path}));
  if (text.starts_with("!!")) return FileState::kIgnored;
  if (text.starts_with("??") || text.starts_with("A")) return FileState::kUntracked;
  return text.empty() ? FileState::kCommitted : FileState::kChanged;
}

}  // namespace sigla::sourcelink
