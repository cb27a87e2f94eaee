// SPDX-License-Identifier: Apache-2.0
// Files worth keeping (what servers sent us) under names of ours in one folder, where they survive
// the process; the least recently used ones go when all together pass a size. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file.h"

namespace sigla {

class KeptFiles {
 public:
  // Creates the folder, and takes over what an earlier run left in it.
  static Result<std::unique_ptr<KeptFiles>> open(std::filesystem::path directory,
                                                 std::uint64_t size_max);

  // Null when it is not there. `name` is a file name of ours ("<sha-256>.gz").
  std::shared_ptr<const File> find(std::string_view name);
  // What find() returns, or what `build` writes into the file it is given; several callers who want
  // the same file wait for the first one.
  Result<std::shared_ptr<const File>> get(std::string_view name,
                                          const std::function<Status(const File& file)>& build);

  const std::filesystem::path& directory() const { return directory_; }
  std::uint64_t size() const;

 private:
  struct Entry {
    std::string name;
    std::uint64_t size = 0;
  };
  using Entries = std::list<Entry>;  // the most recently used first

  KeptFiles(std::filesystem::path directory, std::uint64_t size_max);
  Status load();
  // Gives a finished file its name.
  Status keep(std::string_view name, const File& file);
  void forget(Entries::iterator entry);
  void make_room();

  const std::filesystem::path directory_;
  const std::uint64_t size_max_;
  mutable std::mutex mutex_;
  std::condition_variable built_;
  Entries entries_;
  std::map<std::string, Entries::iterator, std::less<>> by_name_;
  std::set<std::string, std::less<>> building_;
  std::uint64_t size_ = 0;
};

}  // namespace sigla
