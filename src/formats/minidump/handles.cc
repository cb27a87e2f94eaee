// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/handles.h"

#include <algorithm>

namespace sigla::minidump {
namespace {

constexpr std::uint32_t kHeaderSize = 16;
constexpr std::uint32_t kDescriptorSize = 32;  // of the first version; later ones are longer
constexpr std::string_view kWhat = "minidump handle data";

std::string name_at(const Image& image, std::uint32_t offset) {
  if (offset == 0) return {};
  auto name = image.utf16_string(offset);
  return name.has_value() ? std::move(name).value() : std::string();
}

}  // namespace

Result<std::vector<Handle>> read_handles(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(HandleDataStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t header_size = reader.u32();
  const std::uint32_t entry_size = reader.u32();
  const std::uint32_t count = reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  if (header_size < kHeaderSize || entry_size < kDescriptorSize) {
    return malformed("{}: header of {} bytes, entries of {}", kWhat, header_size, entry_size);
  }
  if (count > image.limits().minidump_memory_region_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries are more than the limit of {}",
                      kWhat,
                      count,
                      image.limits().minidump_memory_region_count_max);
  }
  reader.seek(header_size);
  std::vector<Handle> handles;
  handles.reserve(std::min<std::size_t>(count, reader.remaining() / entry_size));
  for (std::uint32_t i = 0; i < count; ++i) {
    ByteReader entry = reader.sub(entry_size);
    SIGLA_TRY(reader.finish(kWhat));
    Handle handle;
    handle.handle = entry.u64();
    handle.type_name = name_at(image, entry.u32());
    handle.object_name = name_at(image, entry.u32());
    handles.push_back(std::move(handle));
  }
  return handles;
}

}  // namespace sigla::minidump
