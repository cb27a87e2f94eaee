// SPDX-License-Identifier: Apache-2.0
// Symbol records of a module, read as functions with all their inlined calls, and record by record.
// The first 256 bytes are section headers and OMAP, so that addresses are the attacker's as well.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "formats/pdb/address_map.h"
#include "formats/pdb/function_reader.h"
#include "formats/pdb/inline_annotations.h"
#include "formats/pdb/symbols.h"

namespace {

using sigla::Bytes;
namespace pdb = sigla::pdb;

void check_chunks(const pdb::FunctionSymbol& function, const pdb::AddressMap& map) {
  SIGLA_CHECK(!function.chunks.empty());
  for (const pdb::RvaRange& chunk : function.chunks) {
    SIGLA_CHECK(chunk.low < chunk.high);
    if (!map.is_moved()) continue;
    std::uint64_t moved = 0;
    map.move(chunk, [&](std::uint32_t low, pdb::RvaRange now) {
      SIGLA_CHECK(low >= chunk.low && low < chunk.high && now.low < now.high);
      moved += now.high - now.low;
    });
    SIGLA_CHECK(moved <= chunk.high - chunk.low);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const std::size_t headers_size = std::min<std::size_t>(size, 128);
  const std::size_t omap_size = std::min<std::size_t>(size - headers_size, 128);
  const pdb::AddressMap map(input.first(headers_size), input.subspan(headers_size, omap_size));
  const Bytes symbols = input.subspan(headers_size + omap_size);
  sigla::Limits limits;
  limits.inline_depth_max = 8;

  pdb::FunctionReader functions(symbols, map, limits);
  for (pdb::FunctionSymbol function; functions.next(function);) {
    check_chunks(function, map);
    for (std::size_t i = 0; i < function.sites.size(); ++i) {
      const pdb::FunctionSymbol::Site& site = function.sites[i];
      SIGLA_CHECK(site.parent == pdb::FunctionSymbol::kNoSite || site.parent < i);
      pdb::InlineAnnotations annotations(site.symbol.annotations, 0, 1);
      for (pdb::InlineRow row; annotations.next(row);) SIGLA_CHECK(row.size != 0);
    }
  }

  pdb::SymbolRecords records(symbols);
  for (pdb::SymbolRecord record; records.next(record);) {
    static_cast<void>(pdb::read_public(record));
    static_cast<void>(pdb::read_compiler(record));
    static_cast<void>(pdb::read_object_name(record));
    static_cast<void>(pdb::read_label(record));
    static_cast<void>(pdb::read_trampoline(record));
  }
  SIGLA_CHECK(records.offset() <= symbols.size());
  return 0;
}
