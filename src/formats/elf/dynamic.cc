// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/dynamic.h"

#include <algorithm>

namespace sigla::elf {
namespace {

constexpr std::size_t kSonameSizeMax = 4096;  // PATH_MAX

// PT_DYNAMIC of a debug file points at bytes that are something else there; a dynamic section that
// the file kept is marked SHT_NOBITS then.
Bytes dynamic_data(const Image& image) {
  for (const Section& section : image.sections()) {
    if (section.name != ".dynamic") continue;
    const auto data = image.data(section);
    return data.has_value() ? *data : Bytes();
  }
  for (const Segment& segment : image.segments()) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const auto data = image.data(segment);
    if (data.has_value()) return *data;
  }
  return {};
}

}  // namespace

std::vector<DynamicEntry> dynamic_entries(const Image& image) {
  std::vector<DynamicEntry> entries;
  ByteReader reader = image.reader(dynamic_data(image));
  while (!reader.at_end()) {
    DynamicEntry entry;
    entry.d_tag = image.read_word(reader);
    entry.d_val = image.read_word(reader);
    if (!reader.ok() || entry.d_tag == DT_NULL) break;
    entries.push_back(entry);
  }
  return entries;
}

std::optional<std::uint64_t> find_dynamic(const std::vector<DynamicEntry>& entries,
                                          std::uint64_t tag) {
  const auto found = std::ranges::find(entries, tag, &DynamicEntry::d_tag);
  if (found == entries.end()) return std::nullopt;
  return found->d_val;
}

std::string_view soname(const Image& image) {
  const auto entries = dynamic_entries(image);
  const auto names = find_dynamic(entries, DT_STRTAB);
  const auto offset = find_dynamic(entries, DT_SONAME);
  if (!names || !offset) return {};
  const auto table = image.data_at_address(*names);
  if (!table.has_value()) return {};
  ByteReader reader(*table);
  reader.seek(*offset);
  return reader.cstring(kSonameSizeMax);
}

}  // namespace sigla::elf
