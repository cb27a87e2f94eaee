// SPDX-License-Identifier: Apache-2.0
// What a server does with symbol files that it fetched: identified and converted in its workers,
// the symcaches kept, bounded, under the state of the file they were made of. A file that stands
// alone: nothing is looked for beside it. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "os/worker.h"
#include "symbolicate/symbol_files.h"
#include "upstream/kept_files.h"

namespace sigla {

class FetchedFiles final : public SymbolFiles {
 public:
  // Both are borrowed. The pool is not the one that walks dumps.
  FetchedFiles(KeptFiles& symcaches, WorkerPool& workers)
      : symcaches_(symcaches), workers_(workers) {}
  Result<std::vector<Object>> identify(const File& file, const std::string& name) override;
  Result<File> symcache(const File& file, const Wanted& wanted) override;

 private:
  static constexpr std::size_t kIdentityCountMax = 10'000;

  KeptFiles& symcaches_;
  WorkerPool& workers_;
  std::mutex mutex_;                                  // guards what is below
  std::map<std::string, std::vector<Object>> known_;  // by state and name
  std::map<std::string, Error> failures_;             // of conversions, by symcache
};

}  // namespace sigla
