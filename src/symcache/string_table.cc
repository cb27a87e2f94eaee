// SPDX-License-Identifier: Apache-2.0
#include "symcache/string_table.h"

#include <xxhash.h>

#include "symcache/varint.h"

namespace sigla::symcache {

std::uint32_t StringTable::add(std::string_view text) {
  if (text.empty()) return 0;
  if (count_ * 3 >= slots_.size() * 2) grow();
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].offset != 0; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && get(slots_[at].offset) == text) return slots_[at].offset;
  }
  if (bytes_.size() + text.size() + 10 > UINT32_MAX) {
    overflowed_ = true;
    return 0;
  }
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  append_varint(bytes_, text.size());
  const Bytes raw = as_bytes(text);
  bytes_.insert(bytes_.end(), raw.begin(), raw.end());
  slots_[at] = {offset, hash};
  ++count_;
  return offset;
}

void StringTable::grow() {
  std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.offset == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].offset != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::string_view StringTable::read(Bytes table, std::uint32_t offset) {
  if (offset >= table.size()) return {};
  const std::uint8_t first = table[offset];
  if (first < 0x80) {  // nearly all texts are this short
    const Bytes rest = table.subspan(offset + 1U);
    return rest.size() < first ? std::string_view() : as_text(rest.first(first));
  }
  const Bytes rest = table.subspan(offset);
  VarintReader reader(rest);
  const std::uint64_t size = reader.next();
  const std::size_t used = rest.size() - reader.remaining();
  if (size > rest.size() - used) return {};
  return as_text(rest.subspan(used, static_cast<std::size_t>(size)));
}

}  // namespace sigla::symcache
