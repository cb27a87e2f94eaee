// SPDX-License-Identifier: Apache-2.0
#include "api/store_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "symbolicate/module_search.h"

namespace sigla::api {

std::vector<StoredObject> StoreSymbols::candidates(ModuleSearch& search) const {
  const ModuleQuery& query = search.query();
  std::vector<StoredObject> found;
  std::set<Id> known;
  const auto add = [&](Result<std::vector<StoredObject>> objects) {
    if (!objects.has_value()) {
      search.say(fmt::format("project {}: {}", project_.name, objects.error().message()));
      return;
    }
    for (StoredObject& object : *objects) {
      if (known.insert(object.id).second) found.push_back(std::move(object));
    }
  };
  if (query.debug_id) add(catalog_.find_by_debug_id(project_.id, *query.debug_id));
  if (!query.code_id.empty()) add(catalog_.find_by_code_id(project_.id, query.code_id));
  std::stable_sort(found.begin(), found.end(), [](const StoredObject& a, const StoredObject& b) {
    return preference(a.identity) < preference(b.identity);
  });
  return found;
}

void StoreSymbols::search(ModuleSearch& search) {
  const std::vector<StoredObject> objects = candidates(search);
  if (objects.empty()) {
    search.say(
        fmt::format("project {}: has no file for {}", project_.name, describe(search.query())));
  }
  for (const StoredObject& object : objects) {
    const std::string source = fmt::format("{}/{}", project_.name, object.path);
    if (!search.wants(object.identity)) {
      search.say(fmt::format("{} ({}): not needed", source, to_string(object.identity.format)));
      continue;
    }
    Result<File> symcache =
        symcaches_.get({object.blob, object.offset, object.size, object.identity.name});
    if (!symcache.has_value()) {
      search.refuse(fmt::format("{} ({})", source, to_string(object.identity.format)),
                    symcache.error());
      continue;
    }
    search.offer({object.identity, source}, std::move(symcache).value());
  }
}

}  // namespace sigla::api
