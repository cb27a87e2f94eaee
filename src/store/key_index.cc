// SPDX-License-Identifier: Apache-2.0
#include "store/key_index.h"

#include "base/log.h"
#include "base/text.h"

namespace sigla {
namespace {

std::string name_of(Id project_id, std::string_view lowered_key) {
  return std::to_string(project_id) + '/' + std::string(lowered_key);
}

}  // namespace

KeyIndex::KeyIndex(Catalog& catalog) : catalog_(catalog), loader_([this] { load(); }) {}

KeyIndex::~KeyIndex() {
  is_stopping_ = true;
  wait_until_loaded();
}

void KeyIndex::wait_until_loaded() {
  const std::lock_guard lock(loader_mutex_);
  if (loader_.joinable()) loader_.join();
}

void KeyIndex::load() {
  const Status status = catalog_.for_each_key([this](Id project_id, std::string_view key) {
    filter_.add(KeyFilter::hash(project_id, key));
    return !is_stopping_.load(std::memory_order_relaxed);
  });
  if (!status.has_value()) {
    log_error("key index not loaded, every look-up asks the catalog",
              {{"error", status.error().message()}});
    return;
  }
  if (!is_stopping_) is_loaded_.store(true, std::memory_order_release);
}

Result<std::vector<KeyMatch>> KeyIndex::find(Id project_id, std::string_view key) {
  const std::string lowered = lower(key);
  const std::uint64_t hash = KeyFilter::hash(project_id, lowered);
  if (is_loaded() && !filter_.may_contain(hash)) return std::vector<KeyMatch>();

  const std::string name = name_of(project_id, lowered);
  Shard& shard = shard_of(hash);
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.by_key.find(name); found != shard.by_key.end()) {
      shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
      return found->second->matches;
    }
  }
  const std::uint64_t generation = generation_.load();
  ++catalog_lookups_;
  SIGLA_TRY_ASSIGN(auto matches, catalog_.find_key(project_id, lowered));
  if (!matches.empty()) {
    const std::lock_guard lock(shard.mutex);
    // A commit since the look-up began may have changed the answer.
    if (generation_.load() == generation) keep(shard, name, matches);
  }
  return matches;
}

Status KeyIndex::commit(const IngestBatch& batch) {
  for (const StoredObject& object : batch.objects) {
    for (const std::string& key : object.keys) {
      filter_.add(KeyFilter::hash(object.project_id, lower(key)));
    }
  }
  Status status = catalog_.commit(batch);
  // First the generation, then the entries: find() checks it under the lock that forget() needs.
  ++generation_;
  for (const StoredObject& object : batch.objects) {
    for (const std::string& key : object.keys) {
      const std::string lowered = lower(key);
      forget(shard_of(KeyFilter::hash(object.project_id, lowered)),
             name_of(object.project_id, lowered));
    }
  }
  return status;
}

Result<std::vector<std::string>> KeyIndex::set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                              bool is_hidden,
                                                              Upload& audit) {
  SIGLA_TRY_ASSIGN(auto keys, catalog_.set_uploads_hidden(upload_ids, is_hidden, audit));
  // The filter has never heard of keys that were hidden when it was loaded.
  for (const std::string& key : keys) filter_.add(KeyFilter::hash(audit.project_id, key));
  ++generation_;
  for (const std::string& key : keys) {
    forget(shard_of(KeyFilter::hash(audit.project_id, key)), name_of(audit.project_id, key));
  }
  return keys;
}

void KeyIndex::keep(Shard& shard, const std::string& name, const std::vector<KeyMatch>& matches) {
  if (shard.by_key.contains(name)) return;
  shard.entries.push_front({name, matches});
  shard.by_key[shard.entries.front().key] = shard.entries.begin();
  if (shard.entries.size() > kEntriesPerShardMax) {
    shard.by_key.erase(shard.entries.back().key);
    shard.entries.pop_back();
  }
}

void KeyIndex::forget(Shard& shard, const std::string& name) {
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(name);
  if (found == shard.by_key.end()) return;
  const auto entry = found->second;
  shard.by_key.erase(found);
  shard.entries.erase(entry);
}

}  // namespace sigla
