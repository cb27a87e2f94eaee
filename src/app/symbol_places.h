// SPDX-License-Identifier: Apache-2.0
// What --symbols names, as places to search.
//
//   symbols/                              a folder (symbolicate/directory_symbols.h)
//   /                                     this machine's own programs and debug files
//   https://a.example/symbols             a server (app/http_symbols.h)
//   "https://a.example https://b.example" several, as in DEBUGINFOD_URLS
//   "srv*C:\sym*https://a.example;D:\pdb" as in _NT_SYMBOL_PATH: every folder and server in it
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/kept_files.h"
#include "app/local_symbol_files.h"
#include "symbolicate/symbol_finder.h"

namespace sigla::app {

// The folders and URLs in one value of --symbols.
std::vector<std::string> split_places(std::string_view text);

class SymbolPlaces {
 public:
  explicit SymbolPlaces(const std::vector<std::string>& values);
  SymbolPlaces(const SymbolPlaces&) = delete;
  SymbolPlaces& operator=(const SymbolPlaces&) = delete;

  bool empty() const { return places_.empty(); }
  std::vector<SymbolPlace*> places() const;

 private:
  static constexpr std::uint64_t kDownloadsSizeMax = 16ULL << 30;

  void add(const std::string& place);

  LocalSymbolFiles files_;
  std::unique_ptr<KeptFiles> downloads_;  // null when there is no place to keep them
  std::vector<std::unique_ptr<SymbolPlace>> places_;
};

}  // namespace sigla::app
