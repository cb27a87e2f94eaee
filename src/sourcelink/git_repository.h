// SPDX-License-Identifier: Apache-2.0
// What a Source Link map needs to know of one Git repository on this machine: read once, by
// libgit2, or by the `git` program where libgit2 1.5 cannot (SHA-256 object names, reftables).
// Nothing of the repository is changed, no hook and no filter of it is run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sigla::sourcelink {

// "remote.origin.url" and its value; section and name are lower case.
using GitConfig = std::vector<std::pair<std::string, std::string>>;

struct GitRepository {
  std::filesystem::path work_tree;   // absolute, without a '/' at its end
  std::string head;                  // the commit, in hexadecimal; empty: there is none yet
  std::string branch;                // "refs/heads/main"; empty: HEAD is detached
  GitConfig config;                  // system, user and repository together; the last one counts
  GitConfig modules;                 // .gitmodules
  bool has_changes = false;          // of files under version control, submodules apart
  std::optional<bool> is_on_remote;  // HEAD is in a branch of a remote; nothing: none is known
};

// Where a source file stands. All but kCommitted are unknown to the host.
enum class FileState { kCommitted, kChanged, kUntracked, kIgnored, kOutside };

// The repository that `directory` is in, or, with `is_root`, is the root of. kNotFound when there
// is none; kUnsupported for one without a work tree.
Result<GitRepository> read_git_repository(const std::filesystem::path& directory, bool is_root);

// Of each path (absolute), in the innermost repository it lies in, if that is below or the same as
// the one `work_tree` is the root of.
Result<std::vector<FileState>> git_file_states(const std::filesystem::path& work_tree,
                                               const std::vector<std::filesystem::path>& paths);

// The last value of a key; empty when there is none.
std::string config_value(const GitConfig& config, std::string_view key);

// --- the two ways; kUnsupported when the other one is to be asked ---
Result<GitRepository> read_with_library(const std::filesystem::path& directory, bool is_root);
Result<GitRepository> read_with_program(const std::filesystem::path& directory, bool is_root);
Result<FileState> state_with_library(const std::filesystem::path& work_tree,
                                     const std::string& relative_path);
Result<FileState> state_with_program(const std::filesystem::path& work_tree,
                                     const std::string& relative_path);

}  // namespace sigla::sourcelink
