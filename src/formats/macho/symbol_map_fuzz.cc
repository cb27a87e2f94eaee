// SPDX-License-Identifier: Apache-2.0
// BCSymbolMaps and UUID maps of arbitrary bytes: every hidden name leads into the file.
#include <string>

#include "formats/macho/symbol_map.h"

using sigla::Bytes;
namespace macho = sigla::macho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes file(data, size);
  const sigla::Limits limits;
  if (macho::is_uuid_map(file)) static_cast<void>(macho::identify_uuid_map(file, "fuzz"));
  const auto map = macho::SymbolMap::open(file, limits);
  if (!map.has_value()) return 0;
  SIGLA_CHECK(macho::is_symbol_map(file));
  for (std::size_t i = 0; i <= map->size(); ++i) {
    const std::string name = "__hidden#" + std::to_string(i) + "_";
    SIGLA_CHECK(macho::is_hidden_name(name));
    SIGLA_CHECK(map->text(name).size() <= size);
  }
  static_cast<void>(map->path(sigla::as_text(file)));
  return 0;
}
