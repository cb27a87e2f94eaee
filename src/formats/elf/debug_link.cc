// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/debug_link.h"

namespace sigla::elf {
namespace {

std::optional<Bytes> content(const Image& image, std::string_view name) {
  const Section* section = image.section(name);
  if (section == nullptr || !section->has_content()) return std::nullopt;
  const auto data = image.data(*section);
  if (!data.has_value()) return std::nullopt;
  return *data;
}

}  // namespace

std::optional<DebugLink> debug_link(const Image& image, const Limits& limits) {
  const auto data = content(image, ".gnu_debuglink");
  if (!data) return std::nullopt;
  ByteReader reader = image.reader(*data);
  DebugLink link;
  link.name = reader.cstring(limits.path_size_max);
  reader.align(4);
  link.crc = reader.u32();
  if (!reader.ok() || link.name.empty()) return std::nullopt;
  return link;
}

std::optional<DebugAltLink> debug_alt_link(const Image& image, const Limits& limits) {
  const auto data = content(image, ".gnu_debugaltlink");
  if (!data) return std::nullopt;
  ByteReader reader = image.reader(*data);
  DebugAltLink link;
  link.name = reader.cstring(limits.path_size_max);
  const Bytes id = reader.rest();
  if (!reader.ok() || link.name.empty() || id.empty()) return std::nullopt;
  link.build_id.assign(id.begin(), id.end());
  return link;
}

}  // namespace sigla::elf
