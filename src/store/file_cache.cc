// SPDX-License-Identifier: Apache-2.0
#include "store/file_cache.h"

#include <sys/statvfs.h>

#include <exception>

namespace sigla {

std::shared_ptr<const File> FileCache::find_locked(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->file;
}

std::shared_ptr<const File> FileCache::find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  return find_locked(key);
}

Result<std::shared_ptr<const File>> FileCache::get(std::string_view key,
                                                   std::uint64_t size,
                                                   const Fill& fill) {
  std::shared_ptr<Pending> pending;
  {
    std::unique_lock lock(mutex_);
    if (auto file = find_locked(key)) return file;
    auto& slot = pending_[std::string(key)];
    if (slot != nullptr) {
      pending = slot;
      filled_.wait(lock, [&] { return pending->done; });
      if (pending->error != nullptr) return pending->error->clone();
      return pending->file;
    }
    pending = slot = std::make_shared<Pending>();
  }
  auto made = make_file(size, fill);
  Evicted evicted;  // closed after the lock is gone: freeing a large file takes its time
  {
    const std::lock_guard lock(mutex_);
    if (made.has_value()) {
      pending->file = *made;
      add_locked(key, *made, evicted);
    } else {
      pending->error = std::make_unique<Error>(made.error().clone());
    }
    pending->done = true;
    pending_.erase(std::string(key));
  }
  filled_.notify_all();
  return made;
}

Result<std::shared_ptr<const File>> FileCache::make_file(std::uint64_t size, const Fill& fill) {
  // What libraries throw must not leave others waiting for this file.
  try {
    make_room(size);
    SIGLA_TRY_ASSIGN(File file, File::create_unnamed(options_.directory));
    SIGLA_TRY(fill(file));
    return std::shared_ptr<const File>(std::make_shared<File>(std::move(file)));
  } catch (const std::exception& e) {
    return make_error(ErrorCode::kInternal, "{}", e.what());
  }
}

void FileCache::add_locked(std::string_view key,
                           const std::shared_ptr<const File>& file,
                           Evicted& evicted) {
  const auto size = file->size();
  // What is larger than the whole cache is used once and forgotten.
  if (!size.has_value() || *size > options_.size_max) return;
  entries_.push_front({std::string(key), file, *size});
  by_key_[entries_.front().key] = entries_.begin();
  size_ += *size;
  evict_locked(options_.size_max, evicted);
}

void FileCache::evict_locked(std::uint64_t size_max, Evicted& evicted) {
  while (!entries_.empty() && (size_ > size_max || entries_.size() > options_.count_max)) {
    by_key_.erase(entries_.back().key);
    size_ -= entries_.back().size;
    evicted.splice(evicted.end(), entries_, std::prev(entries_.end()));
  }
}

void FileCache::make_room(std::uint64_t size) {
  struct statvfs info{};
  if (::statvfs(options_.directory.c_str(), &info) != 0) return;
  const std::uint64_t free_size = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  const std::uint64_t wanted = options_.free_size_min + size;
  if (free_size >= wanted) return;
  Evicted evicted;
  const std::lock_guard lock(mutex_);
  const std::uint64_t missing = wanted - free_size;
  evict_locked(size_ > missing ? size_ - missing : 0, evicted);
}

void FileCache::erase(std::string_view key) {
  Evicted evicted;
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto entry = found->second;
  size_ -= entry->size;
  by_key_.erase(found);
  evicted.splice(evicted.end(), entries_, entry);
}

std::uint64_t FileCache::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::size_t FileCache::count() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace sigla
