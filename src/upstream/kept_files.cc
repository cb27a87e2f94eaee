// SPDX-License-Identifier: Apache-2.0
#include "upstream/kept_files.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace sigla {

namespace fs = std::filesystem;

KeptFiles::KeptFiles(fs::path directory, std::uint64_t size_max)
    : directory_(std::move(directory)), size_max_(size_max) {}

Result<std::unique_ptr<KeptFiles>> KeptFiles::open(fs::path directory, std::uint64_t size_max) {
  SIGLA_TRY(sigla::create_directories(directory));
  std::unique_ptr<KeptFiles> cache(new KeptFiles(std::move(directory), size_max));
  SIGLA_TRY(cache->load());
  return cache;
}

Status KeptFiles::load() {
  struct Found {
    fs::file_time_type time;
    Entry entry;
  };
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator it(directory_, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    const std::uintmax_t size = it->file_size(ignored);
    const fs::file_time_type time = it->last_write_time(ignored);
    if (!ignored) found.push_back({time, {it->path().filename().string(), size}});
  }
  if (error) {
    return make_error(ErrorCode::kUnavailable, "list {}: {}", directory_.string(), error.message());
  }
  std::sort(
      found.begin(), found.end(), [](const Found& a, const Found& b) { return a.time > b.time; });
  const std::lock_guard lock(mutex_);
  for (Found& file : found) {
    size_ += file.entry.size;
    entries_.push_back(std::move(file.entry));
    by_name_.emplace(entries_.back().name, std::prev(entries_.end()));
  }
  make_room();
  return {};
}

std::shared_ptr<const File> KeptFiles::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  Result<File> file = File::open_read(directory_ / found->second->name);
  if (!file.has_value()) {
    forget(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return std::make_shared<const File>(std::move(file).value());
}

Result<std::shared_ptr<const File>> KeptFiles::get(
    std::string_view name, const std::function<Status(const File& file)>& build) {
  for (;;) {
    if (std::shared_ptr<const File> file = find(name)) return file;
    std::unique_lock lock(mutex_);
    if (building_.emplace(name).second) break;
    built_.wait(lock, [&] { return !building_.contains(name); });
  }
  Result<File> made = File::create_unnamed(directory_);
  Status status = made.has_value() ? build(*made) : Status(made.error().clone());
  if (status.has_value()) status = keep(name, *made);
  {
    const std::lock_guard lock(mutex_);
    building_.erase(building_.find(name));
  }
  built_.notify_all();
  if (!status.has_value()) return std::move(status).error();
  return std::make_shared<const File>(std::move(made).value());
}

Status KeptFiles::keep(std::string_view name, const File& file) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  if (size > size_max_) return {};
  const std::lock_guard lock(mutex_);
  if (by_name_.contains(name)) return {};
  SIGLA_TRY(file.sync());
  const Status linked = file.link_to(directory_ / name);
  // Another process was faster; what has one name has one content.
  if (!linked.has_value() && linked.error().code() != ErrorCode::kConflict) {
    return linked.error().clone();
  }
  entries_.push_front({std::string(name), size});
  by_name_.emplace(name, entries_.begin());
  size_ += size;
  make_room();
  return {};
}

void KeptFiles::forget(Entries::iterator entry) {
  std::error_code ignored;
  fs::remove(directory_ / entry->name, ignored);
  size_ -= entry->size;
  by_name_.erase(by_name_.find(entry->name));
  entries_.erase(entry);
}

void KeptFiles::make_room() {
  while (size_ > size_max_ && !entries_.empty()) forget(std::prev(entries_.end()));
}

std::uint64_t KeptFiles::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace sigla
