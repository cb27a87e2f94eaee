// SPDX-License-Identifier: Apache-2.0
// The repositories of a checkout, its submodules at any depth included, each with the remote it can
// be had from: what a Source Link map is made of. The rules are those of dotnet/sourcelink: remote
// "origin", else the first by name; url.*.insteadOf applied; a submodule's URL is that of the
// configuration around it, relative ones counting from the remote of the repository around it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sourcelink/git_repository.h"

namespace sigla::sourcelink {

struct SourceRoot {
  std::string folder;  // below the outermost work tree, "" or "lib/x/"
  std::string remote;  // a Git URL; empty: there is none
  std::string revision;
};

struct Checkout {
  std::filesystem::path work_tree;
  std::vector<SourceRoot> roots;      // the outermost first
  std::vector<std::string> warnings;  // what makes URLs miss files, in words
};

// kNotFound when there is no repository; kMalformed when it has no commit.
Result<Checkout> read_checkout(const std::filesystem::path& directory,
                               std::string_view remote_name);

// The URL of the named remote; an empty name is "origin", or else the first.
std::string remote_url(const GitConfig& config, std::string_view remote_name);
// The longest url.BASE.insteadOf that the URL begins with, replaced by BASE.
std::string apply_instead_of(const GitConfig& config, std::string_view url);
// "../x.git" seen from "https://h/o/r.git"; anything else as it is (git-submodule(1)).
std::string resolve_relative_url(std::string_view base, std::string_view url);

}  // namespace sigla::sourcelink
