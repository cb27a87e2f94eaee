// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/ppdb/sources.h"

namespace sigla::ppdb {

std::string dump(const Metadata& metadata, const Limits& limits) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "id {}\n", hex_lower(metadata.id()));
  for (std::uint32_t table = kDocument; table <= kCustomDebugInformation; ++table) {
    fmt::format_to(
        out, "table 0x{:x} rows {}\n", table, metadata.row_count(static_cast<Table>(table)));
  }
  for (std::uint32_t row = 1; row <= metadata.row_count(kDocument); ++row) {
    const auto name = document_name(metadata, metadata.document(row), limits);
    fmt::format_to(
        out, "document {} {}\n", row, name.has_value() ? name.value() : name.error().message());
  }
  Diagnostics diagnostics;
  const Sources sources = read_sources(metadata, limits, diagnostics);
  for (const EmbeddedFile& file : sources.embedded) {
    fmt::format_to(out,
                   "embedded {} size {} in {}{}\n",
                   file.path,
                   file.size,
                   file.packed.size(),
                   file.is_packed ? " packed" : "");
  }
  if (!sources.source_link.empty()) fmt::format_to(out, "source link {}\n", sources.source_link);
  text += diagnostics.summary();
  return text;
}

}  // namespace sigla::ppdb
