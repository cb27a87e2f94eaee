// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_units.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigla {
namespace {

using dwarf::DebugInfo;
using dwarf::Unit;

constexpr std::size_t kListedAtOnce = 64;  // others wait for no more

}  // namespace

DwarfUnits::DwarfUnits(const DwarfSource& source, const Limits& limits)
    : unpacker_(source.info_unpacker),
      main_(source.main, limits, diagnostics_),
      supplementary_(DebugInfo::open(source.supplementary, limits, diagnostics_)),
      ready_(unpacker_ == nullptr ? source.main.info.size() : unpacker_->ready()),
      is_unpacked_(unpacker_ == nullptr || unpacker_->is_done()) {
  main_.set_supplementary(&supplementary_);
  split_.reserve(source.split.size());
  for (const dwarf::Sections& sections : source.split) {
    split_.push_back(DebugInfo::open(sections, limits, diagnostics_));
  }
  collect_split_units();
}

// Of one size the first, so that one thread takes them in order.
bool DwarfUnits::is_smaller(const Work& a, const Work& b) {
  const std::uint64_t a_size = a.unit.unit->size();
  const std::uint64_t b_size = b.unit.unit->size();
  return a_size != b_size ? a_size < b_size : a.number > b.number;
}

void DwarfUnits::collect_split_units() {
  for (const DebugInfo& info : split_) {
    for (const Unit& unit : info.units()) {
      if (unit.abbrevs == nullptr || !unit.dwo_id) continue;
      split_units_.try_emplace(*unit.dwo_id, SplitUnit{&info, &unit});
    }
  }
}

std::optional<DwarfUnits::Work> DwarfUnits::next() {
  Lock lock(mutex_);
  while (true) {
    if (can_unpack()) {
      unpack(lock);
    } else if (can_list()) {
      list(lock);
    } else if (!waiting_.empty()) {
      std::ranges::pop_heap(waiting_, is_smaller);
      const Work work = waiting_.back();
      waiting_.pop_back();
      return work;
    } else if (is_listed_) {
      return std::nullopt;
    } else {
      changed_.wait(lock);
    }
  }
}

bool DwarfUnits::can_unpack() const { return !is_unpacked_ && !is_unpacking_; }

bool DwarfUnits::can_list() const {
  return !is_listed_ && !is_listing_ && (listed_ready_ < ready_ || is_unpacked_);
}

void DwarfUnits::unpack(Lock& lock) {
  is_unpacking_ = true;
  lock.unlock();
  try {
    static_cast<void>(
        unpacker_->step(elf::SectionUnpacker::kStepSize));  // list() tells the failure
  } catch (...) {
    lock.lock();
    give_up();
    throw;
  }
  lock.lock();
  is_unpacking_ = false;
  ready_ = unpacker_->ready();
  is_unpacked_ = unpacker_->is_done();
  changed_.notify_all();
}

void DwarfUnits::list(Lock& lock) {
  is_listing_ = true;
  const std::uint64_t ready = ready_;
  const bool is_whole = is_unpacked_;
  lock.unlock();
  std::vector<Work> listed;
  bool is_at_end = false;
  try {
    is_at_end = main_.read_units(ready, is_whole, kListedAtOnce, diagnostics_) == 0;
    list_units(listed);
  } catch (...) {
    lock.lock();
    give_up();
    throw;
  }
  lock.lock();
  is_listing_ = false;
  if (is_at_end) listed_ready_ = ready;
  if (is_at_end && is_whole) {
    is_listed_ = true;
    if (unpacker_ != nullptr && !unpacker_->failure().empty()) {
      diagnostics_.report("debug section", unpacker_->failure());
    }
  }
  for (const Work& work : listed) {
    waiting_.push_back(work);
    std::ranges::push_heap(waiting_, is_smaller);
  }
  changed_.notify_all();
}

void DwarfUnits::list_units(std::vector<Work>& listed) {
  const auto units = main_.units();
  for (; listed_count_ < units.size(); ++listed_count_) {
    if (auto work = work_of(units[listed_count_])) listed.push_back(*work);
  }
}

std::optional<DwarfUnits::Work> DwarfUnits::work_of(const Unit& unit) {
  if (unit.abbrevs == nullptr) return std::nullopt;
  if (unit.tag != dwarf::DW_TAG_compile_unit && unit.tag != dwarf::DW_TAG_skeleton_unit) {
    return std::nullopt;
  }
  Work work{{&main_, &unit, &main_, &unit},
            may_read_lines(unit),
            static_cast<std::uint32_t>(listed_count_)};
  if (!work.with_lines) {
    diagnostics_.report("line program of too many units",
                        fmt::format("unit at offset {:#x}", unit.offset));
  }
  if (unit.has_dwo_name && unit.dwo_id) find_split(work.unit);
  return work;
}

void DwarfUnits::find_split(dwarf::AddressTables& tables) {
  const auto found = split_units_.find(*tables.skeleton->dwo_id);
  if (found == split_units_.end()) {
    diagnostics_.report("split unit not found", fmt::format("{:016x}", *tables.skeleton->dwo_id));
    return;
  }
  tables.info = found->second.info;
  tables.unit = found->second.unit;
  split_units_.erase(found);  // two skeletons cannot both be its own
}

// Units may share a program, and a small file could so ask for the same rows without end. All
// together may read as much as four times what there is.
bool DwarfUnits::may_read_lines(const Unit& unit) {
  if (!unit.stmt_list) return true;
  const dwarf::Sections& sections = main_.sections();
  ByteReader reader(sections.line, sections.order);
  reader.seek(*unit.stmt_list);
  std::uint64_t size = reader.u32();
  if (size == 0xffffffff) size = reader.u64();
  line_size_ += std::min<std::uint64_t>(size, sections.line.size());
  return line_size_ / 4 <= sections.line.size();
}

// Nobody is to wait for what will not come.
void DwarfUnits::give_up() {
  is_unpacked_ = is_listed_ = true;
  is_unpacking_ = is_listing_ = false;
  waiting_.clear();
  main_.end_units();
  changed_.notify_all();
}

}  // namespace sigla
