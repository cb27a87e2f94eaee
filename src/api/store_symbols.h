// SPDX-License-Identifier: Apache-2.0
// The symbols of one project for whoever walks a crash or looks addresses up: a module's ids are
// looked up in the catalog, symcaches of the files found are made once, in a worker, and kept.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/symcache_step.h"
#include "store/catalog.h"
#include "symbolicate/symbol_finder.h"

namespace sigla::api {

class StoreSymbols final : public SymbolPlace {
 public:
  // Both must outlive it. `symcaches` has a pool of its own, not the one that walks.
  StoreSymbols(Catalog& catalog, SymcacheStep& symcaches, const Project& project)
      : catalog_(catalog), symcaches_(symcaches), project_(project) {}
  void search(ModuleSearch& search) override;
  std::optional<ManagedProgram> find_program(const ManagedModule& wanted) override;

 private:
  std::vector<StoredObject> candidates(ModuleSearch& search) const;
  void offer_whole_file(const StoredObject& object,
                        const std::string& source,
                        ModuleSearch& search);
  // BCSymbolMaps and UUID maps of that UUID.
  Result<std::vector<StoredObject>> symbol_maps(Bytes uuid) const;
  Result<std::vector<StoredObject>> managed_halves(const CompanionRequest& request) const;
  Result<WorkerMessage> open_companion(const WorkerMessage& request);
  // What a conversion asks for besides the file itself (convert/companions.h).
  std::optional<SymcacheStep::Object> companion(const CompanionRequest& request) const;

  Catalog& catalog_;
  SymcacheStep& symcaches_;
  const Project project_;
};

}  // namespace sigla::api
