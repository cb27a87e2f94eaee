// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/git_repository.h"

#include <system_error>

namespace sigla::sourcelink {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != ".." && *relative.begin() != ".";
}

// The root of the innermost repository around a file, from its folder up to `work_tree`.
fs::path innermost_root(const fs::path& file, const fs::path& work_tree) {
  for (fs::path folder = file.parent_path(); is_below(folder, work_tree);
       folder = folder.parent_path()) {
    std::error_code ignored;
    if (fs::exists(folder / ".git", ignored)) return folder;
  }
  return work_tree;
}

Result<FileState> state_of(const fs::path& work_tree, const fs::path& path) {
  std::error_code failure;
  const fs::path file = fs::weakly_canonical(path, failure);
  if (failure || !is_below(file, work_tree)) return FileState::kOutside;
  const fs::path root = innermost_root(file, work_tree);
  const fs::path relative = file.lexically_relative(root);
  if (*relative.begin() == ".git") return FileState::kOutside;
  if (!fs::exists(file, failure)) {
    return make_error(ErrorCode::kNotFound, "{}: there is no such file", file.string());
  }
  auto state = state_with_library(root, relative.string());
  if (state.has_value() || state.error().code() != ErrorCode::kUnsupported) return state;
  return state_with_program(root, relative.string());
}

}  // namespace

Result<GitRepository> read_git_repository(const fs::path& directory, bool is_root) {
  auto repository = read_with_library(directory, is_root);
  if (repository.has_value() || repository.error().code() != ErrorCode::kUnsupported) {
    return repository;
  }
  return read_with_program(directory, is_root);
}

Result<std::vector<FileState>> git_file_states(const fs::path& work_tree,
                                               const std::vector<fs::path>& paths) {
  std::vector<FileState> states;
  for (const fs::path& path : paths) {
    SIGLA_TRY_ASSIGN(const FileState state, state_of(work_tree, path));
    states.push_back(state);
  }
  return states;
}

std::string config_value(const GitConfig& config, std::string_view key) {
  for (auto entry = config.rbegin(); entry != config.rend(); ++entry) {
    if (entry->first == key) return entry->second;
  }
  return {};
}

}  // namespace sigla::sourcelink
