// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_to_symcache.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>

#include "base/parallel.h"
#include "convert/dwarf_unit.h"

namespace sigla {
namespace {

using dwarf::AddressTables;
using dwarf::DebugInfo;
using dwarf::Unit;

// The files, and which of their units are to be converted.
class DwarfFiles {
 public:
  struct Work {
    AddressTables unit;
    bool with_lines = true;
  };

  DwarfFiles(const DwarfSource& source, const Limits& limits, Diagnostics& diagnostics)
      : main_(DebugInfo::open(source.main, limits, diagnostics)),
        supplementary_(DebugInfo::open(source.supplementary, limits, diagnostics)) {
    main_.set_supplementary(&supplementary_);
    split_.reserve(source.split.size());
    for (const dwarf::Sections& sections : source.split) {
      split_.push_back(DebugInfo::open(sections, limits, diagnostics));
    }
    load(main_, source.thread_count, diagnostics);
    load(supplementary_, source.thread_count, diagnostics);
    for (DebugInfo& info : split_) load(info, source.thread_count, diagnostics);
    collect_split_units();
    collect_work(diagnostics);
  }

  const std::vector<Work>& work() const { return work_; }

 private:
  struct SplitUnit {
    const DebugInfo* info;
    const Unit* unit;
  };

  static void load(DebugInfo& info, unsigned thread_count, Diagnostics& diagnostics) {
    std::vector<Diagnostics> found(info.table_count());
    parallel_for(thread_count, info.table_count(), [&](unsigned, std::size_t i) {
      info.load_table(i, found[i]);
    });
    for (const Diagnostics& one : found) diagnostics.merge(one);
  }

  void collect_split_units() {
    for (const DebugInfo& info : split_) {
      for (const Unit& unit : info.units()) {
        if (unit.abbrevs == nullptr || !unit.dwo_id) continue;
        split_units_.try_emplace(*unit.dwo_id, SplitUnit{&info, &unit});
      }
    }
  }

  void collect_work(Diagnostics& diagnostics) {
    for (const Unit& unit : main_.units()) {
      if (unit.abbrevs == nullptr) continue;
      if (unit.tag != dwarf::DW_TAG_compile_unit && unit.tag != dwarf::DW_TAG_skeleton_unit) {
        continue;
      }
      Work work{{&main_, &unit, &main_, &unit}, may_read_lines(unit)};
      if (!work.with_lines) {
        diagnostics.report("line program of too many units",
                           fmt::format("unit at offset {:#x}", unit.offset));
      }
      if (unit.has_dwo_name && unit.dwo_id) find_split(work.unit, diagnostics);
      work_.push_back(work);
    }
  }

  void find_split(AddressTables& tables, Diagnostics& diagnostics) {
    const auto found = split_units_.find(*tables.skeleton->dwo_id);
    if (found == split_units_.end()) {
      diagnostics.report("split unit not found", fmt::format("{:016x}", *tables.skeleton->dwo_id));
      return;
    }
    tables.info = found->second.info;
    tables.unit = found->second.unit;
    split_units_.erase(found);  // two skeletons cannot both be its own
  }

  // Units may share a program, and a small file could so ask for the same rows without end. All
  // together may read as much as four times what there is.
  bool may_read_lines(const Unit& unit) {
    if (!unit.stmt_list) return true;
    const dwarf::Sections& sections = main_.sections();
    ByteReader reader(sections.line, sections.order);
    reader.seek(*unit.stmt_list);
    std::uint64_t size = reader.u32();
    if (size == 0xffffffff) size = reader.u64();
    line_size_ += std::min<std::uint64_t>(size, sections.line.size());
    return line_size_ / 4 <= sections.line.size();
  }

  DebugInfo main_;
  DebugInfo supplementary_;
  std::vector<DebugInfo> split_;
  std::unordered_map<std::uint64_t, SplitUnit> split_units_;  // by DWO id
  std::vector<Work> work_;
  std::uint64_t line_size_ = 0;
};

dwarf::CodeFilter filter_of(const DwarfSource& source) {
  std::vector<dwarf::AddressRange> code;
  for (const CodeRange& range : source.code) code.push_back({range.low, range.high});
  return dwarf::CodeFilter(std::move(code), source.is_relocatable);
}

// Big units first, so that no thread is left with one at the end.
std::vector<std::uint32_t> by_size(const std::vector<DwarfFiles::Work>& work) {
  std::vector<std::uint32_t> order(work.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return work[a].unit.unit->size() > work[b].unit.unit->size();
  });
  return order;
}

}  // namespace

Status add_dwarf(const DwarfSource& source,
                 const Limits& limits,
                 SymcacheWriter& writer,
                 Diagnostics& diagnostics) {
  const DwarfFiles files(source, limits, diagnostics);
  const dwarf::CodeFilter filter = filter_of(source);
  const auto order = by_size(files.work());
  const unsigned thread_count = std::max(source.thread_count, 1U);
  std::vector<std::unique_ptr<DwarfUnitConverter>> converters(thread_count);
  // Few units have any; kept apart, so that what is reported does not depend on the threads.
  std::vector<std::map<std::uint32_t, Diagnostics>> found(thread_count);
  parallel_for(thread_count, order.size(), [&](unsigned thread, std::size_t i) {
    const std::uint32_t index = order[i];
    auto& converter = converters[thread];
    if (!converter) {
      converter = std::make_unique<DwarfUnitConverter>(
          filter, source.image_base, source.address_shift, source.symbol_map, limits);
    }
    Diagnostics of_unit;
    SymcacheRun run(index, limits);
    const DwarfFiles::Work& work = files.work()[index];
    converter->convert(work.unit, work.with_lines, run, of_unit);
    writer.take(std::move(run));
    if (!of_unit.empty()) found[thread].emplace(index, std::move(of_unit));
  });
  std::map<std::uint32_t, Diagnostics> all;
  for (auto& some : found) all.merge(some);
  for (const auto& [index, of_unit] : all) diagnostics.merge(of_unit);
  return {};
}

}  // namespace sigla
