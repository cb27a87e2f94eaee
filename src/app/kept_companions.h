// SPDX-License-Identifier: Apache-2.0
// What a conversion asked for and found, kept beside its symcache, so that the symcache is made
// again when one of the files changes, goes or comes. As text, one line each:
//
//   ask REQUEST STATE PATH   in order; STATE is file_state() of PATH, "-" and no PATH for nothing
//   used PATH                one of them that the symcache was made of
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/companion_files.h"

namespace sigla::app {

struct KeptCompanions {
  struct Line {
    std::string request;  // encoded, in hexadecimal
    std::string state;
    std::string path;
  };
  std::vector<Line> lines;
  std::vector<std::string> used;

  // Nothing when one of the files changed so lately that its state says little, or has a path that
  // does not fit a line.
  static std::optional<KeptCompanions> of(const CompanionFiles& files,
                                          std::vector<std::string> used);
  static std::optional<KeptCompanions> parse(std::string_view text);
  std::string text() const;
  // Short, different for different files.
  std::string digest() const;

  // Asks all of it again: the same files in the same state.
  bool is_current(CompanionFiles& files) const;
};

}  // namespace sigla::app
