// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/sources.h"

#include <fmt/format.h>

#include "codec/decoder.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/documents.h"

namespace sigla::ppdb {
namespace {

Result<EmbeddedFile> read_embedded_source(const Metadata& metadata,
                                          const CustomDebugInformation& info,
                                          const Limits& limits) {
  if (info.parent.table != ClrTable::kDocument || info.parent.is_nil() ||
      info.parent.row > metadata.row_count(ClrTable::kDocument)) {
    return malformed("embedded source of no document");
  }
  EmbeddedFile file;
  file.document = info.parent.row;
  SIGLA_TRY_ASSIGN(file.path, document_name(metadata, metadata.document(info.parent.row), limits));
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

Sources read_sources(const Metadata& metadata, const Limits& limits, Diagnostics& diagnostics) {
  Sources sources;
  const std::uint32_t count = metadata.row_count(ClrTable::kCustomDebugInformation);
  for (std::uint32_t row = 1; row <= count; ++row) {
    const CustomDebugInformation info = metadata.custom_debug_information(row);
    switch (kind_of(metadata, info)) {
      case DebugInformationKind::kEmbeddedSource: {
        auto file = read_embedded_source(metadata, info, limits);
        if (file.has_value()) {
          sources.embedded.push_back(std::move(file).value());
        } else {
          diagnostics.report("malformed embedded source",
                             fmt::format("row {}: {}", row, file.error().message()));
        }
        break;
      }
      case DebugInformationKind::kSourceLink: {
        if (info.parent.table != ClrTable::kModule) break;
        const auto json = metadata.blob(info.value);
        if (json.has_value()) {
          sources.source_link = as_text(json.value());
        } else {
          diagnostics.report("malformed Source Link", fmt::format("row {}", row));
        }
        break;
      }
      default:
        break;
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
