// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/info_stream.h"

#include <bit>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::uint64_t kInfoSizeMax = 64U << 20;

// A serialised hash table of (offset of the name, stream number) behind the names themselves.
bool read_named_streams(ByteReader& reader, InfoStream& info) {
  const std::uint32_t names_size = reader.u32();
  const Bytes names = reader.bytes(names_size);
  const std::uint32_t count = reader.u32();
  reader.skip(4);  // capacity
  std::uint64_t present_count = 0;
  const std::uint32_t present_words = reader.u32();
  ByteReader present = reader.sub(std::uint64_t{present_words} * 4);
  while (!present.at_end()) {
    present_count += static_cast<std::uint64_t>(std::popcount(present.u32()));
  }
  const std::uint32_t deleted_words = reader.u32();
  reader.skip(std::uint64_t{deleted_words} * 4);
  if (!reader.ok() || present_count != count) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t name_offset = reader.u32();
    const std::uint32_t stream = reader.u32();
    if (!reader.ok() || name_offset > names.size()) return false;
    const std::string_view rest = as_text(names.subspan(name_offset));
    info.named_streams.emplace(rest.substr(0, rest.find('\0')), stream);
  }
  return true;
}

// Behind the names: numbers that say how the file was made.
bool has_minimal_debug_info(ByteReader& reader) {
  constexpr std::uint32_t kMinimalDebugInfo = 0x494e'494d;  // "MINI"
  reader.skip(4);                                           // the highest stream's number
  while (reader.remaining() >= 4) {
    if (reader.u32() == kMinimalDebugInfo) return true;
  }
  return false;
}

}  // namespace

std::optional<std::uint32_t> InfoStream::find(std::string_view name) const {
  const auto found = named_streams.find(name);
  if (found == named_streams.end()) return std::nullopt;
  return found->second;
}

Result<InfoStream> read_info_stream(const Container& container) {
  SIGLA_TRY_ASSIGN(const StreamBytes content, container.read(kInfoStream, kInfoSizeMax));
  ByteReader reader(content.bytes());
  InfoStream info;
  info.version = reader.u32();
  info.signature = reader.u32();
  info.age = reader.u32();
  const Bytes guid = reader.bytes(16);
  SIGLA_TRY(reader.finish("PDB info stream"));
  info.guid = DebugId::from_windows_guid(guid, 0);
  if (!read_named_streams(reader, info)) {
    info.named_streams.clear();
    return info;
  }
  info.has_names = true;
  info.behind_names.assign(reader.rest().begin(), reader.rest().end());
  info.is_fastlink = has_minimal_debug_info(reader);
  return info;
}

}  // namespace sigla::pdb
