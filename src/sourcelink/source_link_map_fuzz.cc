// SPDX-License-Identifier: Apache-2.0
// A map, and a path to look up behind a zero byte.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "sourcelink/map.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = sigla::as_text(sigla::Bytes(data, size));
  const std::size_t zero = std::min(input.find('\0'), input.size());
  const auto map = sigla::sourcelink::SourceLinkMap::parse(input.substr(0, zero), sigla::Limits());
  if (!map.has_value()) return 0;
  const std::string_view path = input.substr(std::min(zero + 1, input.size()));
  const auto url = map->url_of(path);
  SIGLA_CHECK(!url || path.find('*') == std::string_view::npos);
  for (const auto& entry : map->entries()) {
    const bool is_asked = entry.path.find('*') == std::string::npos;
    SIGLA_CHECK(is_asked && map->url_of(entry.path).has_value());
  }
  return 0;
}
