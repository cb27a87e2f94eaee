// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/debug_info.h"

#include <algorithm>

#include "formats/pdb/symbols.h"

namespace sigla::pdb {

Result<DebugInfo> DebugInfo::open(const Container& container, const Limits& limits) {
  SIGLA_TRY_ASSIGN(InfoStream info, read_info_stream(container));
  SIGLA_TRY_ASSIGN(std::optional<DbiStream> dbi, read_dbi_stream(container, limits));
  if (!dbi) {
    return make_error(ErrorCode::kNotFound, "PDB: no debug information of an image, only types");
  }
  SIGLA_TRY_ASSIGN(AddressMap addresses, AddressMap::open(container, *dbi, limits));
  SIGLA_TRY_ASSIGN(NameTable names, NameTable::open(container, info));
  DebugInfo debug(
      container, std::move(info), *std::move(dbi), std::move(addresses), std::move(names));
  SIGLA_TRY_ASSIGN(debug.types_, TypeStream::open(container, kTpiStream));
  SIGLA_TRY_ASSIGN(debug.ids_, TypeStream::open(container, kIpiStream));
  SIGLA_TRY(debug.read_publics());
  return debug;
}

Status DebugInfo::read_publics() {
  if (container_->stream_size(dbi_.symbol_records_stream) == 0) return {};
  SIGLA_TRY_ASSIGN(symbol_records_, container_->read(dbi_.symbol_records_stream, UINT32_MAX));
  SymbolRecords records(symbol_records_.bytes());
  for (SymbolRecord record; records.next(record);) {
    const auto symbol = read_public(record);
    if (!symbol || symbol->name.empty()) continue;
    const auto rva = addresses_.rva(symbol->start);
    if (!rva) continue;
    // Linkers flag functions, not every label in hand-written code.
    const bool is_code = (symbol->flags & (cvpsfCode | cvpsfFunction)) != 0 ||
                         addresses_.is_code(symbol->start.section);
    if (is_code) publics_.push_back({*rva, symbol->name});
  }
  std::stable_sort(publics_.begin(), publics_.end(), [](const PublicCode& a, const PublicCode& b) {
    return a.rva < b.rva;
  });
  return {};
}

}  // namespace sigla::pdb
