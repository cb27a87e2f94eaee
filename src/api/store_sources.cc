// SPDX-License-Identifier: Apache-2.0
#include "api/store_sources.h"

#include <set>

namespace sigla::api {

std::vector<SourceContainer> StoreSources::containers(const ModuleQuery& module) {
  std::vector<SourceContainer> found;
  std::set<Id> known;
  const auto add = [&](const Result<std::vector<StoredObject>>& objects) {
    if (!objects.has_value()) return;
    for (const StoredObject& object : *objects) {
      if (!object.identity.has_sources || !known.insert(object.id).second) continue;
      auto content = services_.blobs.open_content(object.blob);
      if (content.has_value()) found.push_back({std::move(*content), object.offset, object.size});
    }
  };
  if (module.debug_id) add(services_.catalog.find_by_debug_id(project_.id, *module.debug_id));
  if (!module.code_id.empty()) {
    add(services_.catalog.find_by_code_id(project_.id, module.code_id));
  }
  return found;
}

}  // namespace sigla::api
