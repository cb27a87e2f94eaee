// SPDX-License-Identifier: Apache-2.0
// What files were found to be, by their state (file_state()): a folder without an order is
// identified once, not at every crash. Kept as one file, which may be deleted at any time; of two
// programs that write it, the last one wins. Thread-safe.
//
//   "sigla identities VERSION\n", then for each file: u32 size and state, u32 size and objects
//   (object_codec.h; none for what is no symbol file). VERSION is the program's.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "object/object.h"

namespace sigla::app {

class IdentityCache {
 public:
  // Without a path nothing is kept.
  explicit IdentityCache(std::optional<std::filesystem::path> path);
  IdentityCache(const IdentityCache&) = delete;
  IdentityCache& operator=(const IdentityCache&) = delete;
  ~IdentityCache() { save(); }

  // An empty list for what is known to be no symbol file.
  std::optional<std::vector<Object>> find(const std::string& state) const;
  void insert(const std::string& state, const std::vector<Object>& objects);
  void save();

 private:
  static constexpr std::uint64_t kSizeMax = 256ULL << 20;  // a million files

  void load();

  const std::optional<std::filesystem::path> path_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> known_;  // state to encoded objects
  std::uint64_t size_ = 0;
  bool is_changed_ = false;
};

}  // namespace sigla::app
