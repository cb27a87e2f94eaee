// SPDX-License-Identifier: Apache-2.0
#include "api/store_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace sigla::api {

namespace {

// Lower is better: what carries functions and lines, before what has less.
int rank(const StoredObject& object) {
  const Identity& identity = object.identity;
  if (identity.format == Format::kBreakpad) return 0;
  return identity.has_debug_info ? 1 : 2;
}

std::string describe(const ModuleQuery& query) {
  const std::string_view name =
      base_name(query.debug_file.empty() ? query.code_file : query.debug_file);
  const std::string& id =
      query.debug_identifier.empty() ? query.code_id.text() : query.debug_identifier;
  return fmt::format("{} {}", name, id);
}

}  // namespace

std::vector<StoredObject> StoreSymbols::candidates(const ModuleQuery& query,
                                                   SymbolAnswer& answer) const {
  std::vector<StoredObject> found;
  const auto add = [&](Result<std::vector<StoredObject>> objects) {
    if (!objects.has_value()) {
      answer.explain.push_back(
          fmt::format("project {}: {}", project_.name, objects.error().message()));
      return;
    }
    for (StoredObject& object : *objects) found.push_back(std::move(object));
  };
  if (query.debug_id) add(catalog_.find_by_debug_id(project_.id, *query.debug_id));
  if (found.empty() && !query.code_id.empty()) {
    add(catalog_.find_by_code_id(project_.id, query.code_id));
  }
  std::stable_sort(found.begin(), found.end(), [](const StoredObject& a, const StoredObject& b) {
    return rank(a) < rank(b);
  });
  return found;
}

SymbolAnswer StoreSymbols::find(const ModuleQuery& query) {
  SymbolAnswer answer;
  const std::vector<StoredObject> objects = candidates(query, answer);
  if (objects.empty()) {
    answer.explain.push_back(
        fmt::format("project {}: has no file for {}", project_.name, describe(query)));
  }
  for (const StoredObject& object : objects) {
    const std::string what = fmt::format(
        "project {}: {} ({})", project_.name, object.path, to_string(object.identity.format));
    Result<File> symcache =
        symcaches_.get({object.blob, object.offset, object.size, object.identity.name});
    if (symcache.has_value()) {
      answer.symcache = std::move(symcache).value();
      answer.source = fmt::format("{}/{}", project_.name, object.path);
      answer.explain.push_back(what + ": used");
      return answer;
    }
    answer.explain.push_back(fmt::format("{}: {}", what, symcache.error().message()));
  }
  return answer;
}

}  // namespace sigla::api
