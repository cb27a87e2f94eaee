// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/sources.h"

#include <fmt/format.h>

#include "base/text.h"
#include "codec/decoder.h"
#include "ident/debug_id.h"

namespace sigla::ppdb {
namespace {

constexpr std::uint32_t kParentModule = 7;
constexpr std::uint32_t kParentDocument = 22;
constexpr std::string_view kEmbeddedSource = "0e8a571b6926466eb4ad8ab04611f5fe";
constexpr std::string_view kSourceLink = "cc110556a0914d389fec25ab9a351a6a";

Result<EmbeddedFile> read_embedded_source(const Metadata& metadata,
                                          const CustomDebugInformation& info,
                                          const Limits& limits) {
  if (info.parent_tag != kParentDocument || info.parent_row == 0 ||
      info.parent_row > metadata.row_count(kDocument)) {
    return malformed("embedded source of no document");
  }
  EmbeddedFile file;
  SIGLA_TRY_ASSIGN(file.path, document_name(metadata, metadata.document(info.parent_row), limits));
  SIGLA_TRY_ASSIGN(const Bytes blob, metadata.blob(info.value));
  ByteReader reader(blob);
  const std::uint32_t unpacked_size = reader.u32();
  SIGLA_TRY(reader.finish("embedded source"));
  file.is_packed = unpacked_size != 0;
  file.packed = reader.rest();
  file.size = file.is_packed ? unpacked_size : file.packed.size();
  if (file.size > limits.embedded_source_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "embedded source: {} bytes", file.size);
  }
  return file;
}

}  // namespace

Result<std::string> document_name(const Metadata& metadata,
                                  const Document& document,
                                  const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Bytes blob, metadata.blob(document.name));
  ByteReader reader(blob);
  const char separator = static_cast<char>(reader.u8());
  std::string name;
  bool is_first = true;
  while (!reader.at_end()) {
    const std::uint32_t part_index = read_compressed(reader);
    SIGLA_TRY(reader.finish("document name"));
    if (!is_first && separator != 0) name += separator;
    is_first = false;
    if (part_index == 0) continue;
    SIGLA_TRY_ASSIGN(const Bytes part, metadata.blob(part_index));
    if (part.size() >
        limits.path_size_max - std::min<std::size_t>(name.size(), limits.path_size_max)) {
      return make_error(
          ErrorCode::kLimitExceeded, "document name: longer than {} bytes", limits.path_size_max);
    }
    name += as_text(part);
  }
  return name;
}

Sources read_sources(const Metadata& metadata, const Limits& limits, Diagnostics& diagnostics) {
  Sources sources;
  const std::uint32_t count = metadata.row_count(kCustomDebugInformation);
  for (std::uint32_t row = 1; row <= count; ++row) {
    const CustomDebugInformation info = metadata.custom_debug_information(row);
    const auto kind = metadata.guid(info.kind);
    if (!kind.has_value()) {
      diagnostics.report("malformed CustomDebugInformation", fmt::format("row {}", row));
      continue;
    }
    const std::string guid = DebugId::from_windows_guid(kind.value(), 0).guid_lower();
    if (guid == kEmbeddedSource) {
      auto file = read_embedded_source(metadata, info, limits);
      if (file.has_value()) {
        sources.embedded.push_back(std::move(file).value());
      } else {
        diagnostics.report("malformed embedded source",
                           fmt::format("row {}: {}", row, file.error().message()));
      }
    } else if (guid == kSourceLink && info.parent_tag == kParentModule) {
      const auto json = metadata.blob(info.value);
      if (json.has_value()) {
        sources.source_link = as_text(json.value());
      } else {
        diagnostics.report("malformed Source Link", fmt::format("row {}", row));
      }
    }
  }
  return sources;
}

Result<Buffer> read_embedded_file(const EmbeddedFile& file, const Limits& limits) {
  if (!file.is_packed) return Buffer(file.packed.begin(), file.packed.end());
  auto content = decode(Codec::kDeflate, file.packed, file.size, limits);
  if (!content.has_value()) return std::move(content).error().in("embedded source");
  if (content.value().size() != file.size) {
    return malformed(
        "embedded source: {} bytes unpacked, {} promised", content.value().size(), file.size);
  }
  return content;
}

}  // namespace sigla::ppdb
