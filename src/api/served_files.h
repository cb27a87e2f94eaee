// SPDX-License-Identifier: Apache-2.0
// Recently served files, open and with their headers ready, so that a request for one is answered
// on the io thread; small ones with their content. Bounded in number and in bytes. Thread-safe.
//
// Each entry carries the catalog generation it was found in; once anything was stored, the next
// request goes to the catalog again, because a newer file may answer to the same key.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/response.h"
#include "os/file.h"

namespace sigla::api {

struct ServedFile {
  // What is no larger is held in memory.
  static constexpr std::uint64_t kTextSizeMax = 16U << 10U;

  std::shared_ptr<const std::string> text;  // the content, where it is small
  std::shared_ptr<const File> file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t object_size = 0;  // of the file itself where this is a packed form of it
  http::Headers headers;
};

class ServedFiles {
 public:
  ServedFiles(std::size_t count_max, std::uint64_t size_max)
      : count_max_(count_max), size_max_(size_max) {}

  // Null when there is none of this generation.
  std::shared_ptr<const ServedFile> find(std::string_view request_key, std::uint64_t generation);
  void insert(std::string request_key,
              std::uint64_t generation,
              std::shared_ptr<const ServedFile> served);

 private:
  struct Entry {
    std::string request_key;
    std::uint64_t generation = 0;
    std::shared_ptr<const ServedFile> served;
  };
  using Entries = std::list<Entry>;  // the most recently used first

  void erase(Entries::iterator entry);

  const std::size_t count_max_;
  const std::uint64_t size_max_;
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // views of Entry::request_key
  std::uint64_t size_ = 0;
};

}  // namespace sigla::api
