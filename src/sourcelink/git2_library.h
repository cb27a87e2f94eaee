// SPDX-License-Identifier: Apache-2.0
// libgit2, loaded when a checkout is first looked at: no other verb, and no worker, pays for it.
// Thread-safe.
#pragma once

#include <git2.h>

namespace sigla::sourcelink {

struct Git2Library {
  decltype(&::git_error_last) error_last = nullptr;
  decltype(&::git_repository_open_ext) repository_open_ext = nullptr;
  decltype(&::git_repository_free) repository_free = nullptr;
  decltype(&::git_repository_workdir) repository_workdir = nullptr;
  decltype(&::git_repository_head) repository_head = nullptr;
  decltype(&::git_repository_config_snapshot) repository_config_snapshot = nullptr;
  decltype(&::git_reference_target) reference_target = nullptr;
  decltype(&::git_reference_resolve) reference_resolve = nullptr;
  decltype(&::git_reference_name) reference_name = nullptr;
  decltype(&::git_reference_free) reference_free = nullptr;
  decltype(&::git_reference_iterator_glob_new) reference_iterator_glob_new = nullptr;
  decltype(&::git_reference_next) reference_next = nullptr;
  decltype(&::git_reference_iterator_free) reference_iterator_free = nullptr;
  decltype(&::git_graph_descendant_of) graph_descendant_of = nullptr;
  decltype(&::git_oid_tostr) oid_tostr = nullptr;
  decltype(&::git_oid_equal) oid_equal = nullptr;
  decltype(&::git_config_open_ondisk) config_open_ondisk = nullptr;
  decltype(&::git_config_iterator_new) config_iterator_new = nullptr;
  decltype(&::git_config_next) config_next = nullptr;
  decltype(&::git_config_iterator_free) config_iterator_free = nullptr;
  decltype(&::git_config_free) config_free = nullptr;
  decltype(&::git_status_list_new) status_list_new = nullptr;
  decltype(&::git_status_list_entrycount) status_list_entrycount = nullptr;
  decltype(&::git_status_list_free) status_list_free = nullptr;
  decltype(&::git_status_options_init) status_options_init = nullptr;
  decltype(&::git_status_file) status_file = nullptr;

  // The same one for everybody, until the process ends; null when libgit2 is not installed.
  static const Git2Library* get();
};

}  // namespace sigla::sourcelink
