// SPDX-License-Identifier: Apache-2.0
// Symbols in a source (upstream/source.h): a server, a bucket, a folder of known order.
//
// The paths of one module are asked for side by side, the best of what is there is fetched. A
// server of unknown layout that answered in some layouts is asked in these first, and for packed
// forms last, which a server may have to make. Breakpad's files come first, then the debug file,
// then the program.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "symbolicate/symbol_files.h"
#include "symbolicate/symbol_finder.h"
#include "upstream/fetcher.h"

namespace sigla {

class SourceSymbols : public SymbolPlace {
 public:
  // Both are borrowed.
  SourceSymbols(Source source, Fetcher& fetcher, SymbolFiles& files)
      : source_(std::move(source)), fetcher_(fetcher), files_(files) {}
  void search(ModuleSearch& search) override;

 private:
  class OneSearch;
  static constexpr std::size_t kLayoutCount = 8;

  const Source source_;
  Fetcher& fetcher_;
  SymbolFiles& files_;
  std::array<std::atomic<unsigned>, kLayoutCount> hits_{};  // by Layout
};

// What a source is asked for: Breakpad's file, the debug file, the program.
WantedModule wanted_module(const ModuleQuery& query);

}  // namespace sigla
