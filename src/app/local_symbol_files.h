// SPDX-License-Identifier: Apache-2.0
// What the command line does with symbol files it finds: identifies and converts them in workers of
// its own and remembers the results in the user's cache folder.
#pragma once

#include <string>
#include <vector>

#include "app/identity_cache.h"
#include "app/local_workers.h"
#include "app/symcache_folder.h"
#include "symbolicate/symbol_files.h"

namespace sigla::app {

class LocalSymbolFiles final : public SymbolFiles {
 public:
  LocalSymbolFiles();
  Result<std::vector<Object>> identify(const File& file, const std::string& name) override;
  Result<File> symcache(const File& file, const Wanted& wanted) override;

 private:
  SymcacheFolder symcaches_;
  IdentityCache identities_;
  // Two pools: a conversion may ask for a file that has to be identified first.
  LazyWorkers identifiers_;
  LazyWorkers converters_;
};

}  // namespace sigla::app
