// SPDX-License-Identifier: Apache-2.0
#include "symcache/name_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

namespace sigla::symcache {
namespace {

struct Item {
  std::uint64_t key;   // eight bytes of the text, the first one highest
  std::uint32_t rest;  // how much of the text, up to 9 bytes, there is from here on
  std::uint32_t number;
};

// Items whose texts agree in the first `depth` bytes.
struct Group {
  std::size_t first;
  std::size_t size;
  std::size_t depth;
};

void set_key(Item& item, std::string_view text, std::size_t depth) {
  const std::string_view rest = text.substr(std::min(depth, text.size()));
  item.key = 0;
  if (!rest.empty()) std::memcpy(&item.key, rest.data(), std::min<std::size_t>(rest.size(), 8));
  item.key = __builtin_bswap64(item.key);
  item.rest = static_cast<std::uint32_t>(std::min<std::size_t>(rest.size(), 9));
}

bool before(const Item& a, const Item& b) {
  // Texts that end here come before longer ones with zero bytes.
  return a.key != b.key ? a.key < b.key : a.rest < b.rest;
}

}  // namespace

std::vector<std::uint32_t> order_by_text(
    std::uint32_t count, const std::function<std::string_view(std::uint32_t)>& text) {
  std::vector<Item> items(count);
  for (std::uint32_t i = 0; i < count; ++i) items[i].number = i;
  std::vector<Group> groups = {{0, items.size(), 0}};
  while (!groups.empty()) {
    const Group group = groups.back();
    groups.pop_back();
    const auto part = std::span(items).subspan(group.first, group.size);
    for (Item& item : part) set_key(item, text(item.number), group.depth);
    std::ranges::sort(part, before);
    for (std::size_t first = 0; first < part.size();) {
      std::size_t end = first + 1;
      while (end < part.size() && !before(part[first], part[end])) ++end;
      if (end - first > 1 && part[first].rest == 9) {
        groups.push_back({group.first + first, end - first, group.depth + 8});
      }
      first = end;
    }
  }
  std::vector<std::uint32_t> ordered;
  ordered.reserve(count);
  for (const Item& item : items) ordered.push_back(item.number);
  return ordered;
}

}  // namespace sigla::symcache
