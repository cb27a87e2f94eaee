// SPDX-License-Identifier: Apache-2.0
// A Source Link map: from the path of a document, as the compiler wrote it, to a URL of its source.
//
//   {"documents": {"C:\\src\\*": "https://example.com/raw/0123abcd/*"}}
//
// Specification: dotnet/designs, accepted/2020/diagnostics/source-link.md. A key is a path, or a
// prefix with one '*' at its end; a URL may hold one '*' where its key has one. Trailing commas are
// allowed, comments are not; unknown members are skipped; duplicate keys are kept. The longest key
// wins, among equals the first; paths compare without (ASCII) case. What '*' stands for is split at
// '/' and '\', and each part is percent-encoded. Owns its texts; immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace sigla::sourcelink {

struct MapEntry {
  std::string path;  // without the '*'
  bool is_prefix = false;
  std::string url_prefix;
  std::string url_suffix;  // behind the '*', if the URL has one
};

class SourceLinkMap {
 public:
  // kMalformed: no JSON, or an entry that breaks the rules above; it is named. A byte order mark is
  // skipped.
  static Result<SourceLinkMap> parse(std::string_view json, const Limits& limits);

  // Nothing when no entry fits, or the path itself holds a '*'.
  std::optional<std::string> url_of(std::string_view path) const;

  struct Match {
    const MapEntry* entry;     // of this map
    std::string relative_url;  // what '*' stands for, encoded
  };
  // What url_of() puts together.
  std::optional<Match> match(std::string_view path) const;

  const std::vector<MapEntry>& entries() const { return entries_; }  // the longest first

 private:
  std::vector<MapEntry> entries_;
};

// One entry of the file; the rules of keys and URLs. kMalformed says which was broken.
Result<MapEntry> parse_map_entry(std::string_view path, std::string_view url);

}  // namespace sigla::sourcelink
