// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/version_resource.h"

#include <fmt/format.h>

#include "base/byte_reader.h"

namespace sigla::pe {
namespace {

constexpr std::uint32_t kVersionType = 16;
constexpr std::uint32_t kVersionName = 1;
constexpr std::uint32_t kEnglish = 0x409;
constexpr std::uint32_t kNeutral = 0;
constexpr std::uint32_t kSubdirectoryFlag = 0x8000'0000;
constexpr std::size_t kFixedInfoOffset = 40;  // after three words, "VS_VERSION_INFO" and padding
constexpr std::uint32_t kFixedInfoSignature = 0xfeef04bd;

// The offset field of the entry with this id in the directory at `offset` of the resource section;
// of the first entry when `id` is nothing.
std::optional<std::uint32_t> find_entry(Bytes resources,
                                        std::uint32_t offset,
                                        std::optional<std::uint32_t> id) {
  ByteReader reader(resources);
  reader.seek(std::uint64_t{offset} + 12);
  const std::uint32_t named_count = reader.u16();
  const std::uint32_t id_count = reader.u16();
  reader.skip(std::uint64_t{named_count} * 8);
  for (std::uint32_t i = 0; i < id_count && reader.remaining() >= 8; ++i) {
    const std::uint32_t entry_id = reader.u32();
    const std::uint32_t target = reader.u32();
    if (!id || entry_id == *id) return target;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> subdirectory(Bytes resources, std::uint32_t offset, std::uint32_t id) {
  const auto target = find_entry(resources, offset, id);
  if (!target || (*target & kSubdirectoryFlag) == 0) return std::nullopt;
  return *target & ~kSubdirectoryFlag;
}

}  // namespace

std::string FileVersion::text() const {
  return fmt::format("{}.{}.{}.{}", major, minor, build, revision);
}

std::optional<FileVersion> read_file_version(const Image& image) {
  const auto resources = image.rest_at(image.directory(kResourceTable).rva);
  if (image.directory(kResourceTable).rva == 0 || !resources.has_value()) return std::nullopt;
  const auto type = subdirectory(resources.value(), 0, kVersionType);
  if (!type) return std::nullopt;
  const auto name = subdirectory(resources.value(), *type, kVersionName);
  if (!name) return std::nullopt;
  auto entry = find_entry(resources.value(), *name, kEnglish);
  if (!entry) entry = find_entry(resources.value(), *name, kNeutral);
  if (!entry) entry = find_entry(resources.value(), *name, std::nullopt);
  if (!entry || (*entry & kSubdirectoryFlag) != 0) return std::nullopt;

  ByteReader leaf(resources.value());
  leaf.seek(*entry);
  const std::uint32_t rva = leaf.u32();
  const std::uint32_t size = leaf.u32();
  if (!leaf.ok()) return std::nullopt;
  const auto block = image.data_at(rva, size, "PE version resource");
  if (!block.has_value()) return std::nullopt;
  ByteReader reader(block.value());
  reader.seek(kFixedInfoOffset);
  const std::uint32_t signature = reader.u32();
  reader.skip(4);  // dwStrucVersion
  const std::uint32_t high = reader.u32();
  const std::uint32_t low = reader.u32();
  reader.skip(8);  // product version
  const std::uint32_t mask = reader.u32();
  const std::uint32_t flags = reader.u32() & mask;
  if (!reader.ok() || signature != kFixedInfoSignature) return std::nullopt;
  return FileVersion{static_cast<std::uint16_t>(high >> 16U),
                     static_cast<std::uint16_t>(high),
                     static_cast<std::uint16_t>(low >> 16U),
                     static_cast<std::uint16_t>(low),
                     (flags & 1U) != 0,
                     (flags & 0x20U) != 0};
}

}  // namespace sigla::pe
