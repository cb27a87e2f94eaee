// SPDX-License-Identifier: Apache-2.0
#include "ingest/clr_companions.h"

#include "base/text.h"
#include "ident/symbol_keys.h"

namespace sigla {
namespace {

std::string folder_of(std::string_view path) {
  path.remove_suffix(base_name(path).size());
  return std::string(path);
}

StoredObject with_keys(const StoredObject& object, std::vector<std::string> keys) {
  StoredObject result = object;
  result.keys = std::move(keys);
  return result;
}

}  // namespace

std::vector<StoredObject> ClrCompanions::add(const StoredObject& object, const Identity& identity) {
  const std::vector<std::string> runtime_keys = symbol_keys(identity, kClrKeys);
  const bool may_be_companion = is_clr_companion_name(identity.name);
  if ((runtime_keys.empty() && !may_be_companion) || file_count_ == kFilesMax) return {};
  ++file_count_;
  Folder& folder = folders_[folder_of(object.path)];
  std::vector<StoredObject> gained;
  std::map<std::string, std::vector<std::string>> new_keys;
  for (const std::string& key : runtime_keys) {
    const std::string text = lower(key);
    new_keys[text.substr(0, text.find('/'))].push_back(text);
  }
  for (auto& [name, keys] : new_keys) {
    if (const auto found = folder.companions.find(name); found != folder.companions.end()) {
      gained.push_back(with_keys(found->second, keys));
    }
    auto& all = folder.keys[name];
    if (all.size() < kKeysMax) all.insert(all.end(), keys.begin(), keys.end());
  }
  if (!may_be_companion) return gained;
  const std::string name = lower(identity.name);
  if (const auto found = folder.keys.find(name); found != folder.keys.end()) {
    gained.push_back(with_keys(object, found->second));
  }
  folder.companions.insert_or_assign(name, object);
  return gained;
}

}  // namespace sigla
