// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/crashpad_info.h"

#include "base/text.h"

namespace sigla::minidump {
namespace {

constexpr std::uint16_t kAnnotationTypeString = 1;

// The count at the start of a list at `offset`, checked against the bytes that are left for it.
Result<ByteReader> read_count(const Image& image,
                              std::uint32_t offset,
                              std::size_t entry_size,
                              std::string_view what) {
  SIGLA_TRY_ASSIGN(ByteReader reader, image.reader_from(offset, what));
  const std::uint32_t count = reader.u32();
  const ByteReader entries = reader.sub(std::uint64_t{count} * entry_size);
  SIGLA_TRY(reader.finish(what));
  return entries;
}

Result<std::map<std::string, std::string>> read_dictionary(
    const Image& image, const MINIDUMP_LOCATION_DESCRIPTOR& location) {
  std::map<std::string, std::string> dictionary;
  if (location.DataSize == 0) return dictionary;
  SIGLA_TRY_ASSIGN(ByteReader reader,
                   read_count(image, location.Rva, 8, "Crashpad simple annotations"));
  while (!reader.at_end()) {
    const std::uint32_t key_offset = reader.u32();
    const std::uint32_t value_offset = reader.u32();
    SIGLA_TRY_ASSIGN(auto key, image.utf8_string(key_offset));
    SIGLA_TRY_ASSIGN(auto value, image.utf8_string(value_offset));
    dictionary.emplace(std::move(key), std::move(value));
  }
  return dictionary;
}

Result<CrashpadModule> read_module(const Image& image, std::uint32_t index, std::uint32_t offset) {
  CrashpadModule module;
  module.module_index = index;
  SIGLA_TRY_ASSIGN(ByteReader reader, image.reader_from(offset, "Crashpad module"));
  reader.skip(4);  // version
  const auto list = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
  const auto simple = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
  const auto objects = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
  SIGLA_TRY(reader.finish("Crashpad module"));
  if (list.DataSize != 0) {
    SIGLA_TRY_ASSIGN(ByteReader entries,
                     read_count(image, list.Rva, 4, "Crashpad list annotations"));
    while (!entries.at_end()) {
      SIGLA_TRY_ASSIGN(auto text, image.utf8_string(entries.u32()));
      module.list_annotations.push_back(std::move(text));
    }
  }
  SIGLA_TRY_ASSIGN(module.simple_annotations, read_dictionary(image, simple));
  if (objects.DataSize != 0) {
    SIGLA_TRY_ASSIGN(ByteReader entries,
                     read_count(image, objects.Rva, 12, "Crashpad annotation objects"));
    while (!entries.at_end()) {
      const std::uint32_t name_offset = entries.u32();
      const std::uint16_t type = entries.u16();
      entries.skip(2);
      const std::uint32_t value_offset = entries.u32();
      if (type != kAnnotationTypeString) continue;
      SIGLA_TRY_ASSIGN(auto name, image.utf8_string(name_offset));
      SIGLA_TRY_ASSIGN(auto value, image.utf8_string(value_offset));
      module.annotations.emplace(std::move(name), std::move(value));
    }
  }
  return module;
}

void copy_guid(ByteReader& reader, std::array<std::uint8_t, 16>& guid) {
  for (std::uint8_t& byte : guid) byte = reader.u8();
}

}  // namespace

Result<CrashpadInfo> read_crashpad_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MD_CRASHPAD_INFO_STREAM));
  ByteReader reader = image.reader(stream);
  CrashpadInfo info;
  reader.skip(4);  // version
  copy_guid(reader, info.report_id);
  copy_guid(reader, info.client_id);
  const auto simple = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
  const auto modules = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
  SIGLA_TRY(reader.finish("Crashpad information"));
  SIGLA_TRY_ASSIGN(info.simple_annotations, read_dictionary(image, simple));
  if (modules.DataSize != 0) {
    SIGLA_TRY_ASSIGN(ByteReader links, read_count(image, modules.Rva, 12, "Crashpad modules"));
    while (!links.at_end()) {
      const std::uint32_t index = links.u32();
      const auto location = MINIDUMP_LOCATION_DESCRIPTOR::read(links);
      SIGLA_TRY_ASSIGN(auto module, read_module(image, index, location.Rva));
      info.modules.push_back(std::move(module));
    }
  }
  return info;
}

}  // namespace sigla::minidump
