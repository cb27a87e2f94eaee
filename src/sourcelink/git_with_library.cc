// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <system_error>

#include "sourcelink/git2_library.h"
#include "sourcelink/git_repository.h"

namespace sigla::sourcelink {
namespace {

namespace fs = std::filesystem;

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

// An object whose address a function of libgit2 stores and another one frees.
template <typename T, typename Make>
Owned<T> owned(void (*release)(T*), const Make& make, int& status) {
  T* made = nullptr;
  status = make(&made);
  return Owned<T>(status == 0 ? made : nullptr, release);
}

Error library_error(const Git2Library& git, ErrorCode code, std::string_view what) {
  const git_error* last = git.error_last();
  return make_error(
      code, "{}: {}", what, last == nullptr ? "no reason given" : std::string(last->message));
}

Result<Owned<git_repository>> open_repository(const Git2Library& git,
                                              const fs::path& directory,
                                              bool is_root) {
  constexpr unsigned kNoSearch = GIT_REPOSITORY_OPEN_NO_SEARCH;
  const unsigned flags = is_root ? kNoSearch : 0U;
  int status = 0;
  auto repository = owned<git_repository>(
      git.repository_free,
      [&](git_repository** out) {
        return git.repository_open_ext(out, directory.c_str(), flags, nullptr);
      },
      status);
  if (status == GIT_ENOTFOUND) {
    return make_error(ErrorCode::kNotFound, "{} is in no Git repository", directory.string());
  }
  if (status == GIT_EOWNER) {
    return library_error(git, ErrorCode::kPermissionDenied, directory.string());
  }
  // An extension it does not know, most likely.
  if (status != 0) return library_error(git, ErrorCode::kUnsupported, directory.string());
  return repository;
}

void append_config(const Git2Library& git, git_config* config, GitConfig& entries) {
  int status = 0;
  const auto iterator = owned<git_config_iterator>(
      git.config_iterator_free,
      [&](git_config_iterator** out) { return git.config_iterator_new(out, config); },
      status);
  git_config_entry* entry = nullptr;
  while (iterator && git.config_next(&entry, iterator.get()) == 0) {
    entries.emplace_back(entry->name, entry->value == nullptr ? "" : entry->value);
  }
}

std::string hex_of(const Git2Library& git, const git_oid& commit) {
  char text[GIT_OID_HEXSZ + 1] = {};
  return git.oid_tostr(text, sizeof(text), &commit);
}

void read_head(const Git2Library& git, git_repository* repository, GitRepository& found) {
  int status = 0;
  const auto head = owned<git_reference>(
      git.reference_free,
      [&](git_reference** out) { return git.repository_head(out, repository); },
      status);
  if (!head) return;  // a new repository
  const git_oid* commit = git.reference_target(head.get());
  if (commit == nullptr) return;
  found.head = hex_of(git, *commit);
  const std::string name = git.reference_name(head.get());
  if (name != "HEAD") found.branch = name;

  const auto iterator = owned<git_reference_iterator>(
      git.reference_iterator_free,
      [&](git_reference_iterator** out) {
        return git.reference_iterator_glob_new(out, repository, "refs/remotes/*");
      },
      status);
  git_reference* next = nullptr;
  while (iterator && git.reference_next(&next, iterator.get()) == 0) {
    const Owned<git_reference> reference(next, git.reference_free);
    const auto direct = owned<git_reference>(
        git.reference_free,
        [&](git_reference** out) { return git.reference_resolve(out, reference.get()); },
        status);
    const git_oid* tip = direct ? git.reference_target(direct.get()) : nullptr;
    if (tip == nullptr) continue;
    // Behind the end of a shallow clone nothing is known: less than 1, but no "no" either.
    const int descends =
        git.oid_equal(tip, commit) != 0 ? 1 : git.graph_descendant_of(repository, tip, commit);
    if (descends == 1) {
      found.is_on_remote = true;
      return;
    }
    if (descends == 0) found.is_on_remote = false;
  }
}

bool has_changes(const Git2Library& git, git_repository* repository) {
  git_status_options options;
  if (git.status_options_init(&options, GIT_STATUS_OPTIONS_VERSION) != 0) return false;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  int status = 0;
  const auto list = owned<git_status_list>(
      git.status_list_free,
      [&](git_status_list** out) { return git.status_list_new(out, repository, &options); },
      status);
  return list && git.status_list_entrycount(list.get()) > 0;
}

}  // namespace

Result<GitRepository> read_with_library(const fs::path& directory, bool is_root) {
  const Git2Library* git = Git2Library::get();
  if (git == nullptr) return make_error(ErrorCode::kUnsupported, "libgit2 is not installed");
  SIGLA_TRY_ASSIGN(const auto repository, open_repository(*git, directory, is_root));
  const char* work_tree = git->repository_workdir(repository.get());
  if (work_tree == nullptr) {
    return make_error(ErrorCode::kInvalidArgument, "{} has no work tree", directory.string());
  }
  GitRepository found;
  std::error_code failure;
  found.work_tree = fs::canonical(work_tree, failure);
  if (failure) return make_error(ErrorCode::kUnavailable, "{}: {}", work_tree, failure.message());
  int status = 0;
  const auto config = owned<git_config>(
      git->config_free,
      [&](git_config** out) { return git->repository_config_snapshot(out, repository.get()); },
      status);
  if (!config) return library_error(*git, ErrorCode::kMalformed, directory.string());
  append_config(*git, config.get(), found.config);
  const fs::path modules_file = found.work_tree / ".gitmodules";
  if (fs::exists(modules_file, failure)) {
    const auto modules = owned<git_config>(
        git->config_free,
        [&](git_config** out) { return git->config_open_ondisk(out, modules_file.c_str()); },
        status);
    if (!modules) return library_error(*git, ErrorCode::kMalformed, modules_file.string());
    append_config(*git, modules.get(), found.modules);
  }
  read_head(*git, repository.get(), found);
  found.has_changes = has_changes(*git, repository.get());
  return found;
}

Result<FileState> state_with_library(const fs::path& work_tree, const std::string& relative_path) {
  const Git2Library* git = Git2Library::get();
  if (git == nullptr) return make_error(ErrorCode::kUnsupported, "libgit2 is not installed");
  SIGLA_TRY_ASSIGN(const auto repository, open_repository(*git, work_tree, true));
  unsigned flags = 0;
  const int status = git->status_file(&flags, repository.get(), relative_path.c_str());
  if (status == GIT_ENOTFOUND) return FileState::kUntracked;
  if (status != 0) return library_error(*git, ErrorCode::kUnsupported, relative_path);
  if ((flags & GIT_STATUS_IGNORED) != 0) return FileState::kIgnored;
  if ((flags & (GIT_STATUS_WT_NEW | GIT_STATUS_INDEX_NEW)) != 0) return FileState::kUntracked;
  return flags == GIT_STATUS_CURRENT ? FileState::kCommitted : FileState::kChanged;
}

}  // namespace sigla::sourcelink
