// SPDX-License-Identifier: Apache-2.0
#include "api/served_files.h"

#include <utility>

namespace sigla::api {

std::shared_ptr<const ServedFile> ServedFiles::find(std::string_view request_key,
                                                    std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(request_key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (entry->generation != generation) {
    erase(entry);
    return nullptr;
  }
  if (entry != entries_.begin()) entries_.splice(entries_.begin(), entries_, entry);
  return entry->served;
}

void ServedFiles::insert(std::string request_key,
                         std::uint64_t generation,
                         std::shared_ptr<const ServedFile> served) {
  const std::lock_guard lock(mutex_);
  if (served->size > size_max_) return;
  const auto found = by_key_.find(request_key);
  if (found != by_key_.end()) erase(found->second);
  size_ += served->size;
  entries_.push_front({std::move(request_key), generation, std::move(served)});
  by_key_.emplace(entries_.front().request_key, entries_.begin());
  while (entries_.size() > count_max_ || size_ > size_max_) erase(std::prev(entries_.end()));
}

void ServedFiles::erase(Entries::iterator entry) {
  size_ -= entry->served->size;
  by_key_.erase(entry->request_key);
  entries_.erase(entry);
}

}  // namespace sigla::api
