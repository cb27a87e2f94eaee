// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/sources.h"

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::string_view kManagedPrefix = "/src/files/";
constexpr std::uint64_t kDocumentHeaderSize = 72;  // four GUIDs, checksum size, source size
constexpr std::uint64_t kSourceLinkSizeMax = 16U << 20;
constexpr std::uint64_t kHeaderBlockSizeMax = 64U << 20;
constexpr std::size_t kHeaderBlockEntrySize = 40;

// The size of the source in a managed document's stream; nothing when the stream holds none.
std::optional<std::uint64_t> managed_source_size(const Container& container, std::uint32_t stream) {
  constexpr std::uint64_t kChecksumSizeMax = 256;
  const auto start = container.read_start(stream, kDocumentHeaderSize + kChecksumSizeMax + 4);
  if (!start.has_value()) return std::nullopt;
  ByteReader reader(start.value());
  reader.skip(64);
  const std::uint32_t checksum_size = reader.u32();
  const std::uint32_t source_size = reader.u32();
  reader.skip(checksum_size);
  const std::uint32_t unpacked_size = reader.u32();
  if (!reader.ok() || source_size < 4) return std::nullopt;
  return unpacked_size == 0 ? source_size - 4 : unpacked_size;
}

// "/src/headerblock": a version, sizes and counts, a hash table of 40-byte entries (size, version,
// CRC, unpacked size, then offsets of names in /names). What counts here is that there are any.
bool has_native_sources(const Container& container, const InfoStream& info) {
  const auto stream = info.find("/src/headerblock");
  return stream && container.stream_size(*stream) > kHeaderBlockEntrySize &&
         container.stream_size(*stream) <= kHeaderBlockSizeMax;
}

}  // namespace

Sources read_sources(const Container& container, const InfoStream& info, const Limits& limits) {
  Sources sources;
  for (const auto& [name, stream] : info.named_streams) {
    if (container.stream_size(stream) == 0) continue;
    if (name == "srcsrv") {
      sources.has_srcsrv = true;
    } else if (name.starts_with("sourcelink") && sources.source_link.empty()) {
      const auto json = container.read(stream, kSourceLinkSizeMax);
      if (json.has_value()) sources.source_link = as_text(json.value().bytes());
    } else if (name.starts_with(kManagedPrefix)) {
      const auto size = managed_source_size(container, stream);
      if (size && *size <= limits.embedded_source_size_max) {
        sources.embedded.push_back({name.substr(kManagedPrefix.size()), *size});
      }
    }
  }
  if (has_native_sources(container, info) && sources.embedded.empty()) {
    for (const auto& [name, stream] : info.named_streams) {
      constexpr std::string_view kNativePrefix = "/src/";
      if (name.starts_with(kNativePrefix) && name != "/src/headerblock") {
        sources.embedded.push_back({name, container.stream_size(stream)});
      }
    }
  }
  return sources;
}

}  // namespace sigla::pdb
