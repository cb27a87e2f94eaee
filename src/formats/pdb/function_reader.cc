// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/function_reader.h"

#include <algorithm>

namespace sigla::pdb {
namespace {

// More than any compiler makes.
constexpr std::size_t kChunkCountMax = 256;

bool lies_in(RvaRange inner, RvaRange outer) {
  return inner.low >= outer.low && inner.high <= outer.high;
}

}  // namespace

FunctionReader::FunctionReader(Bytes symbols, const AddressMap& map, const Limits& limits)
    : records_(symbols), map_(map), depth_max_(limits.inline_depth_max) {
  find_separated(symbols);
}

void FunctionReader::find_separated(Bytes symbols) {
  SymbolRecords records(symbols);
  for (SymbolRecord record; records.next(record);) {
    const auto code = read_separated_code(record);
    if (!code) continue;
    const auto parent = map_.rva(code->parent);
    const auto range = map_.range(code->start, code->size);
    if (parent && range) separated_.push_back({*parent, *range});
  }
  std::stable_sort(separated_.begin(),
                   separated_.end(),
                   [](const Separated& a, const Separated& b) { return a.parent < b.parent; });
}

bool FunctionReader::begin(const SymbolRecord& record, FunctionSymbol& function) const {
  if (const auto procedure = read_procedure(record)) {
    function.procedure = *procedure;
  } else if (const auto thunk = read_thunk(record)) {
    function.procedure = Procedure();
    function.procedure.name = thunk->name;
    function.procedure.start = thunk->start;
    function.procedure.size = thunk->size;
  } else {
    return false;
  }
  const auto range = map_.range(function.procedure.start, function.procedure.size);
  if (!range || range->low == range->high) return false;
  function.chunks.assign(1, *range);
  function.sites.clear();
  return true;
}

bool FunctionReader::next(FunctionSymbol& function) {
  for (SymbolRecord record; records_.next(record);) {
    if (!begin(record, function)) continue;
    add_separated(function);
    read_scope(function);
    return true;
  }
  return false;
}

void FunctionReader::add_separated(FunctionSymbol& function) const {
  const RvaRange own = function.chunks[0];
  const auto first = std::lower_bound(
      separated_.begin(), separated_.end(), own.low, [](const Separated& code, std::uint32_t low) {
        return code.parent < low;
      });
  for (auto code = first; code != separated_.end() && code->parent < own.high; ++code) {
    if (function.chunks.size() == kChunkCountMax) return;
    if (code->range.low < code->range.high) function.chunks.push_back(code->range);
  }
}

// Up to the end that matches the procedure's begin.
void FunctionReader::read_scope(FunctionSymbol& function) {
  open_sites_.assign(1, FunctionSymbol::kNoSite);
  std::uint32_t site_depth = 0;
  for (SymbolRecord record; records_.next(record);) {
    if (closes_scope(record.kind)) {
      if (record.kind == S_INLINESITE_END && site_depth > 0) --site_depth;
      open_sites_.pop_back();
      if (open_sites_.empty()) return;
      continue;
    }
    if (!opens_scope(record.kind)) continue;
    std::uint32_t site = open_sites_.back();
    if (const auto call = read_inline_site(record)) {
      if (++site_depth <= depth_max_) {
        function.sites.push_back({site, *call});
        site = static_cast<std::uint32_t>(function.sites.size() - 1);
      }
    } else if (const auto block = read_block(record)) {
      add_block(*block, function);
    }
    open_sites_.push_back(site);
  }
}

void FunctionReader::add_block(const Block& block, FunctionSymbol& function) const {
  const auto range = map_.range(block.start, block.size);
  if (!range || range->low == range->high || lies_in(*range, function.chunks[0])) return;
  if (function.chunks.size() == kChunkCountMax) return;
  const bool is_known = std::any_of(function.chunks.begin(),
                                    function.chunks.end(),
                                    [&](RvaRange chunk) { return lies_in(*range, chunk); });
  if (!is_known) function.chunks.push_back(*range);
}

}  // namespace sigla::pdb
