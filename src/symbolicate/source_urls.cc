// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/source_urls.h"

#include <fmt/format.h>

#include <utility>

namespace sigla {

SourceUrls::SourceUrls(std::string_view source_link) {
  if (source_link.empty()) return;
  auto map = sourcelink::SourceLinkMap::parse(source_link, Limits());
  if (map.has_value()) map_ = std::move(map).value();
}

std::string SourceUrls::url_of(std::string_view file, std::uint32_t line) const {
  if (!map_ || file.empty()) return {};
  const auto url = map_->url_of(file);
  if (!url) return {};
  return line == 0 ? *url : fmt::format("{}#L{}", *url, line);
}

}  // namespace sigla
