// SPDX-License-Identifier: Apache-2.0
// Symbols on a server, by Breakpad's paths: URL/NAME/ID/STEM.sym. What was fetched is kept under
// the user's cache folder (downloads/, named after the URL): a path with an id never changes.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "http/client.h"
#include "symbolicate/directory_symbols.h"

namespace sigla::app {

class HttpSymbols : public SymbolFinder {
 public:
  // `folder` may be empty: nothing is kept then.
  HttpSymbols(std::string url, std::filesystem::path folder, SymcacheMaker maker);
  SymbolAnswer find(const ModuleQuery& query) override;

 private:
  Result<File> fetch(const std::string& url);

  std::string url_;  // without a '/' at its end
  std::filesystem::path folder_;
  SymcacheMaker maker_;
  std::mutex mutex_;  // guards client_
  http::Client client_;
};

// Whether --symbols names a server rather than a folder.
bool is_url(std::string_view place);

}  // namespace sigla::app
