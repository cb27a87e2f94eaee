// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/git2_library.h"

#include <dlfcn.h>

#include <string>

#include "os/shared_library.h"

namespace sigla::sourcelink {
namespace {

struct Loaded {
  Git2Library git;
  bool is_complete = false;
};

Loaded load() {
  Loaded loaded;
  // Its structures may change with every minor version, and the file's name with them.
  const std::string name =
      "libgit2.so." + std::to_string(LIBGIT2_VER_MAJOR) + "." + std::to_string(LIBGIT2_VER_MINOR);
  void* const library = ::dlopen(name.c_str(), RTLD_NOW);
  if (library == nullptr) return loaded;
  Git2Library& git = loaded.git;
  decltype(&::git_libgit2_init) init = nullptr;
  loaded.is_complete =
      find_function(library, "git_libgit2_init", init) &&
      find_function(library, "git_error_last", git.error_last) &&
      find_function(library, "git_repository_open_ext", git.repository_open_ext) &&
      find_function(library, "git_repository_free", git.repository_free) &&
      find_function(library, "git_repository_workdir", git.repository_workdir) &&
      find_function(library, "git_repository_head", git.repository_head) &&
      find_function(library, "git_repository_config_snapshot", git.repository_config_snapshot) &&
      find_function(library, "git_reference_target", git.reference_target) &&
      find_function(library, "git_reference_resolve", git.reference_resolve) &&
      find_function(library, "git_reference_name", git.reference_name) &&
      find_function(library, "git_reference_free", git.reference_free) &&
      find_function(library, "git_reference_iterator_glob_new", git.reference_iterator_glob_new) &&
      find_function(library, "git_reference_next", git.reference_next) &&
      find_function(library, "git_reference_iterator_free", git.reference_iterator_free) &&
      find_function(library, "git_graph_descendant_of", git.graph_descendant_of) &&
      find_function(library, "git_oid_tostr", git.oid_tostr) &&
      find_function(library, "git_oid_equal", git.oid_equal) &&
      find_function(library, "git_config_open_ondisk", git.config_open_ondisk) &&
      find_function(library, "git_config_iterator_new", git.config_iterator_new) &&
      find_function(library, "git_config_next", git.config_next) &&
      find_function(library, "git_config_iterator_free", git.config_iterator_free) &&
      find_function(library, "git_config_free", git.config_free) &&
      find_function(library, "git_status_list_new", git.status_list_new) &&
      find_function(library, "git_status_list_entrycount", git.status_list_entrycount) &&
      find_function(library, "git_status_list_free", git.status_list_free) &&
      find_function(library, "git_status_options_init", git.status_options_init) &&
      find_function(library, "git_status_file", git.status_file) && init() > 0;
  return loaded;
}

}  // namespace

const Git2Library* Git2Library::get() {
  static const Loaded kLoaded = load();
  return kLoaded.is_complete ? &kLoaded.git : nullptr;
}

}  // namespace sigla::sourcelink
