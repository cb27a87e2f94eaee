// SPDX-License-Identifier: Apache-2.0
// What `sigla restore` and `sigla verify` have in common: which servers are asked, and what the
// programs they were given want.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/restore_inputs.h"
#include "app/symbol_fetcher.h"
#include "app/symbol_wish.h"

namespace sigla::app {

struct RestoreOptions {
  std::vector<std::string> servers;
  std::optional<std::string> token;
  std::optional<std::string> token_file;
  bool json = false;

  void add_to(CommandLine& line);
  // The servers in the order of the options, or the one SIGLA_SERVER names. The token is for the
  // first of them only.
  Result<std::vector<SymbolServer>> resolve() const;
};

// One program or dump that was looked at.
struct LookedAt {
  std::string path;
  std::vector<Object> objects;
  std::vector<SymbolWish> wishes;
  std::string error;  // it could not be read
};

// In the order of the paths.
std::vector<LookedAt> look_at_all(const std::vector<std::string>& paths, WorkerPool& workers);
// Each key once, with everybody who wants it.
std::vector<SymbolWish> all_wishes(const std::vector<LookedAt>& files);

}  // namespace sigla::app
