// SPDX-License-Identifier: Apache-2.0
// Which of several files under one key a SymbolChecksum header means ("SHA256:1a2b...", several
// joined by ';' or ','; Simple Symbol Query Protocol). Thread-safe.
//
// Clients send the header with requests that it is not about, and old ones pile up those of
// earlier files, so it chooses and never refuses: without a match the newest file is meant.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/services.h"

namespace sigla::api {

class ChecksumChoice {
 public:
  explicit ChecksumChoice(const Services& services) : services_(services) {}

  // Requires: `matches` is not empty. An empty header means the first.
  const KeyMatch& choose(const std::vector<KeyMatch>& matches, std::string_view header);

 private:
  static constexpr std::size_t kKnownMax = 4'096;
  static constexpr std::size_t kCandidatesMax = 8;

  // Empty when the file has none.
  std::string checksum_of(const KeyMatch& match, const std::string& algorithm);

  const Services& services_;
  std::mutex mutex_;
  std::map<std::string, std::string> known_;  // by content and algorithm
};

}  // namespace sigla::api
