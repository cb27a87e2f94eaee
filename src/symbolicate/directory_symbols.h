// SPDX-License-Identifier: Apache-2.0
// Symbols in a folder of this machine, whatever its order:
//
//   1. where a symbol store keeps them, each name as written and then in whatever case: Breakpad's
//      layout (by debug or code id), symstore (one and two tiers), SSQP, debuginfod (with and
//      without buildid/), .build-id/ab/cdef.debug, native, unified; and STEM.sym lying flat
//   2. where a system itself keeps them, when the folder is the root of one: the module at its own
//      path, and usr/lib/debug/.build-id/... "/" is this machine, of which no more is searched.
//   3. anywhere below: every file is identified by content (folder_index.h)
//
// What is found is believed by its id, not by its path; only a Breakpad file in Breakpad's layout
// counts whatever id is in it, as it does for Breakpad's own tools.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/limits.h"
#include "symbolicate/folder_index.h"
#include "symbolicate/symbol_files.h"
#include "symbolicate/symbol_finder.h"

namespace sigla {

class DirectorySymbols : public SymbolPlace {
 public:
  // `files` is borrowed.
  DirectorySymbols(std::filesystem::path folder, SymbolFiles& files, const Limits& limits = {})
      : folder_(std::move(folder)), files_(files), limits_(limits) {}
  void search(ModuleSearch& search) override;
  std::optional<ManagedProgram> find_program(const ManagedModule& wanted) override;

 private:
  class OneSearch;
  std::optional<std::filesystem::path> find_below(const std::filesystem::path& relative);
  const FolderIndex& index();
  Result<WorkerMessage> find_pdb(const WorkerMessage& request);

  const std::filesystem::path folder_;
  SymbolFiles& files_;
  const Limits limits_;
  std::mutex mutex_;                  // guards what is below
  std::optional<FolderIndex> index_;  // made when it is first needed
  // What lies in the folder itself, by lower-case name: a store has a folder for each module there.
  std::optional<std::map<std::string, std::string>> names_;
};

}  // namespace sigla
