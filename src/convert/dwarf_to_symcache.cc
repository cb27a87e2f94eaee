// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_to_symcache.h"

#include <algorithm>
#include <map>

#include "base/parallel.h"
#include "convert/dwarf_unit.h"
#include "convert/dwarf_units.h"

namespace sigla {
namespace {

dwarf::CodeFilter filter_of(const DwarfSource& source) {
  std::vector<dwarf::AddressRange> code;
  for (const CodeRange& range : source.code) code.push_back({range.low, range.high});
  return dwarf::CodeFilter(std::move(code), source.is_relocatable);
}

}  // namespace

Status add_dwarf(const DwarfSource& source,
                 const Limits& limits,
                 SymcacheWriter& writer,
                 Diagnostics& diagnostics) {
  DwarfUnits units(source, limits);
  const dwarf::CodeFilter filter = filter_of(source);
  const unsigned thread_count = std::max(source.thread_count, 1U);
  // Few units have any; kept apart, so that what is reported does not depend on the threads.
  std::vector<std::map<std::uint32_t, Diagnostics>> found(thread_count);
  // Round 1 comes before a second thread looks for units.
  parallel_for(thread_count, thread_count + 1, [&](unsigned thread, std::size_t round) {
    if (round == 1) {
      if (source.beside) source.beside();
      return;
    }
    DwarfUnitConverter converter(
        filter, source.image_base, source.address_shift, source.symbol_map, limits);
    while (const auto work = units.next()) {
      Diagnostics of_unit;
      SymcacheRun run(work->number, limits);
      converter.convert(work->unit, work->with_lines, run, of_unit);
      writer.take(std::move(run));
      if (!of_unit.empty()) found[thread].emplace(work->number, std::move(of_unit));
    }
  });
  diagnostics.merge(units.diagnostics());
  std::map<std::uint32_t, Diagnostics> all;
  for (auto& some : found) all.merge(some);
  for (const auto& [index, of_unit] : all) diagnostics.merge(of_unit);
  return {};
}

}  // namespace sigla
