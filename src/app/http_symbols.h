// SPDX-License-Identifier: Apache-2.0
// Symbols on a server, whatever its layout. Asked for, below the URL:
//
//   NAME/ID/STEM.sym                                  Breakpad
//   buildid/ID/debuginfo, buildid/ID/executable       debuginfod (ELF)
//   NAME/elf-buildid-ID/NAME, _.debug/elf-buildid-sym-ID/_.debug, NAME/mach-uuid-..., PDB and PE:
//                                                     symstore, SSQP; then the compressed form
//
// The paths of one module are asked for side by side (HEAD), the best of what is there is fetched.
// A server that answered in some layouts is asked in these first. What was fetched is kept in the
// user's cache folder, named by the URL: a path with an id never changes. Misses are not kept. A
// server that does not answer is asked once; what was fetched from it before still counts.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/kept_files.h"
#include "base/limits.h"
#include "http/client.h"
#include "symbolicate/symbol_files.h"
#include "symbolicate/symbol_finder.h"

namespace sigla::app {

class HttpSymbols : public SymbolPlace {
 public:
  // Both are borrowed; `downloads` may be null: nothing is kept then.
  HttpSymbols(std::string url, KeptFiles* downloads, SymbolFiles& files, const Limits& limits = {});
  void search(ModuleSearch& search) override;

  enum class Family { kBreakpad, kDebuginfod, kSymstore, kCompressed };
  static constexpr std::size_t kFamilyCount = 4;
  enum class Kind { kBreakpad, kDebug, kCode };
  struct Probe {
    Family family = Family::kBreakpad;
    Kind kind = Kind::kBreakpad;
    std::string path;  // below the URL, percent-encoded
  };
  // In order of preference; public for its test.
  static std::vector<Probe> probes(const ModuleQuery& query);

 private:
  struct Answer;
  class OneSearch;
  Answer ask(const std::string& url);
  Result<File> fetch(const std::string& url);
  std::unique_ptr<http::Client> take_client();
  void give_back(std::unique_ptr<http::Client> client);

  std::string url_;  // without a '/' at its end
  KeptFiles* downloads_;
  SymbolFiles& files_;
  const Limits limits_;
  std::array<std::atomic<unsigned>, kFamilyCount> hits_{};
  std::atomic<bool> is_down_{false};
  std::mutex mutex_;                                    // guards clients_
  std::vector<std::unique_ptr<http::Client>> clients_;  // those not in use
};

// Whether --symbols names a server rather than a folder.
bool is_url(std::string_view place);

}  // namespace sigla::app
