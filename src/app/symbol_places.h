// SPDX-License-Identifier: Apache-2.0
// What --symbols names, as places to search.
//
//   symbols/                              a folder (symbolicate/directory_symbols.h)
//   /                                     this machine's own programs and debug files
//   https://a.example/symbols             a server (symbolicate/source_symbols.h)
//   "https://a.example https://b.example" several, as in DEBUGINFOD_URLS
//   "srv*C:\sym*https://a.example;D:\pdb" as in _NT_SYMBOL_PATH: every folder and server in it
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/local_symbol_files.h"
#include "symbolicate/symbol_finder.h"
#include "upstream/fetcher.h"
#include "upstream/kept_files.h"

namespace sigla::app {

// Whether --symbols names a server rather than a folder.
bool is_url(std::string_view place);

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

  static constexpr unsigned kConnectSeconds = 15;
  static constexpr std::chrono::hours kDownLife{24};  // to the end of the command

  void add(const std::string& place);
  std::unique_ptr<Fetcher> make_fetcher();

  LocalSymbolFiles files_;
  std::unique_ptr<KeptFiles> downloads_;  // null when there is no place to keep them
  std::unique_ptr<Fetcher> fetcher_;      // made for the first server
  std::vector<std::unique_ptr<SymbolPlace>> places_;
};

}  // namespace sigla::app
