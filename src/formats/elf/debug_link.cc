// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/debug_link.h"

#include "formats/elf/compression.h"

namespace sigla::elf {
namespace {

std::optional<SectionContent> content(const Image& image,
                                      std::string_view name,
                                      const Limits& limits) {
  auto unpacked = unpacked_section(image, name, limits);
  if (!unpacked.has_value()) return std::nullopt;
  return std::move(unpacked).value();
}

}  // namespace

std::optional<DebugLink> debug_link(const Image& image, const Limits& limits) {
  const auto data = content(image, ".gnu_debuglink", limits);
  if (!data) return std::nullopt;
  ByteReader reader = image.reader(data->bytes());
  DebugLink link;
  link.name = reader.cstring(limits.path_size_max);
  reader.align(4);
  link.crc = reader.u32();
  if (!reader.ok() || link.name.empty()) return std::nullopt;
  return link;
}

std::optional<DebugAltLink> debug_alt_link(const Image& image, const Limits& limits) {
  const auto data = content(image, ".gnu_debugaltlink", limits);
  if (!data) return std::nullopt;
  ByteReader reader = image.reader(data->bytes());
  DebugAltLink link;
  link.name = reader.cstring(limits.path_size_max);
  const Bytes id = reader.rest();
  if (!reader.ok() || link.name.empty() || id.empty()) return std::nullopt;
  link.build_id.assign(id.begin(), id.end());
  return link;
}

std::optional<DebugSup> debug_sup(const Image& image, const Limits& limits) {
  constexpr std::uint16_t kVersion = 5;
  const auto data = content(image, ".debug_sup", limits);
  if (!data) return std::nullopt;
  ByteReader reader = image.reader(data->bytes());
  DebugSup sup;
  const std::uint16_t version = reader.u16();
  sup.is_supplementary = reader.u8() != 0;
  sup.name = reader.cstring(limits.path_size_max);
  const Bytes checksum = reader.bytes(reader.uleb128());
  if (!reader.ok() || version != kVersion || checksum.empty()) return std::nullopt;
  sup.checksum.assign(checksum.begin(), checksum.end());
  return sup;
}

}  // namespace sigla::elf
