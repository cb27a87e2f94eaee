// SPDX-License-Identifier: Apache-2.0
// A cache of files without names: made by a callback, found by a key, bounded in bytes and count.
//
// The open descriptor is all there is of an entry, so a hit opens nothing, an evicted file lives on
// for whoever still reads it, and a process that dies leaves nothing behind. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "os/file.h"

namespace sigla {

class FileCache {
 public:
  struct Options {
    std::filesystem::path directory;           // its file system holds the files
    std::uint64_t size_max = 4ULL << 30;       // bytes; evicted files still being read not counted
    std::size_t count_max = 4'096;             // files, each of which is an open descriptor
    std::uint64_t free_size_min = 1ULL << 28;  // what the cache leaves to others on a full disk
  };
  explicit FileCache(Options options) : options_(std::move(options)) {}

  // Writes the content into an empty file.
  using Fill = std::function<Status(const File& file)>;
  // The file of `key`, filled first when it is not there; `size` is about what it will have.
  // Threads that ask for one key share one fill, and its error, which is not kept.
  Result<std::shared_ptr<const File>> get(std::string_view key,
                                          std::uint64_t size,
                                          const Fill& fill);
  // nullptr when it is not there.
  std::shared_ptr<const File> find(std::string_view key);
  void erase(std::string_view key);

  std::uint64_t size() const;
  std::size_t count() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const File> file;
    std::uint64_t size = 0;
  };
  struct Pending {
    bool done = false;
    std::shared_ptr<const File> file;
    std::unique_ptr<Error> error;
  };
  using Evicted = std::list<Entry>;

  std::shared_ptr<const File> find_locked(std::string_view key);
  Result<std::shared_ptr<const File>> make_file(std::uint64_t size, const Fill& fill);
  void add_locked(std::string_view key, const std::shared_ptr<const File>& file, Evicted& evicted);
  void evict_locked(std::uint64_t size_max, Evicted& evicted);
  void make_room(std::uint64_t size);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::list<Entry> entries_;                                                 // used last first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // views of Entry::key
  std::unordered_map<std::string, std::shared_ptr<Pending>> pending_;
  std::uint64_t size_ = 0;
};

}  // namespace sigla
