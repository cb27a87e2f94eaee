// SPDX-License-Identifier: Apache-2.0
// The options of verbs that read the symbols of one file: which image of a fat one, and where its
// other files are.
#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/symcache_folder.h"

namespace sigla::app {

struct SymbolFileOptions {
  std::string arch;
  std::vector<std::string> debug_directories;
  bool is_verbose = false;

  // Requires: this outlives the parsing.
  void add_to(CommandLine& line);
  // The file's symcache, made if need be; says which other files it used when that is wanted.
  Result<OpenSymcache> open(const std::string& path, LazyWorkers& workers) const;
};

}  // namespace sigla::app
