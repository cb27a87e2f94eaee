// SPDX-License-Identifier: Apache-2.0
// Answers most look-ups of keys from memory: what no object has, by a filter over all keys, and
// what was asked for lately, by a bounded cache. Thread-safe.
//
// Every commit to the catalog must go through commit() here: the filter learns the keys before the
// catalog does, so it never denies one that an acknowledged upload brought. Until all keys are
// loaded, which happens in the background after the start, the filter denies nothing.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "store/catalog.h"
#include "store/key_filter.h"

namespace sigla {

class KeyIndex {
 public:
  // Starts loading. `catalog` must outlive this.
  explicit KeyIndex(Catalog& catalog);
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;
  ~KeyIndex();

  // As Catalog::find_key(), Catalog::commit() and Catalog::set_uploads_hidden().
  Result<std::vector<KeyMatch>> find(Id project_id, std::string_view key);
  Status commit(const IngestBatch& batch);
  Result<std::vector<std::string>> set_uploads_hidden(const std::vector<Id>& upload_ids,
                                                      bool is_hidden,
                                                      Upload& audit);

  // Without any lock. False: certainly no object of the project has the key (in lower case).
  bool may_contain(Id project_id, std::string_view lowered_key) const {
    return !is_loaded() || filter_.may_contain(KeyFilter::hash(project_id, lowered_key));
  }
  // Changes with every commit: an answer of an earlier generation may be out of date.
  std::uint64_t generation() const { return generation_.load(); }

  bool is_loaded() const { return is_loaded_.load(std::memory_order_acquire); }
  void wait_until_loaded();
  // Look-ups that reached the catalog.
  std::uint64_t catalog_lookups() const { return catalog_lookups_.load(); }

 private:
  static constexpr std::size_t kShardCount = 16;
  static constexpr std::size_t kEntriesPerShardMax = 1'024;

  struct Entry {
    std::string key;  // of (project, key)
    std::vector<KeyMatch> matches;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;                                                 // used last first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;  // views of Entry::key
  };

  void load();
  Shard& shard_of(std::uint64_t hash) { return shards_[hash % kShardCount]; }
  void keep(Shard& shard, const std::string& name, const std::vector<KeyMatch>& matches);
  static void forget(Shard& shard, const std::string& name);

  Catalog& catalog_;
  KeyFilter filter_;
  std::array<Shard, kShardCount> shards_;
  std::atomic<std::uint64_t> generation_ = 0;  // of the catalog's content
  std::atomic<std::uint64_t> catalog_lookups_ = 0;
  std::atomic<bool> is_loaded_ = false;
  std::atomic<bool> is_stopping_ = false;
  std::mutex loader_mutex_;
  std::thread loader_;
};

}  // namespace sigla
