// SPDX-License-Identifier: Apache-2.0
// The URLs of the sources of one module, by the Source Link map that its debug information carries.
//
//   const SourceUrls urls(symcache.source_link());
//   urls.url_of("D:\\app\\main.cc", 12)   "https://host/raw/0123abcd/main.cc#L12"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sourcelink/map.h"

namespace sigla {

class SourceUrls {
 public:
  SourceUrls() = default;  // there are none
  // JSON; empty where there is no map. A damaged map has no URLs.
  explicit SourceUrls(std::string_view source_link);

  // Empty when no entry fits, or the file is not known. Line 0: the whole file.
  std::string url_of(std::string_view file, std::uint32_t line) const;

 private:
  std::optional<sourcelink::SourceLinkMap> map_;
};

}  // namespace sigla
