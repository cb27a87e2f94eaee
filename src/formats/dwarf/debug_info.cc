// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/debug_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"

namespace sigla::dwarf {
namespace {

// Units may each have a table in the middle of other ones, and a small file could so ask for the
// same bytes without end. All tables together may be so many times as long as the section.
constexpr std::uint64_t kTableRepeatMax = 4;

// Of a header; units have at least that.
constexpr std::uint64_t kUnitSizeMin = 11;

bool has_whole_unit(ByteReader reader) {
  std::uint64_t length = reader.u32();
  if (length == 0xffffffff) length = reader.u64();
  return reader.ok() && length <= reader.remaining();
}

}  // namespace

DebugInfo DebugInfo::open(const Sections& sections,
                          const Limits& limits,
                          Diagnostics& diagnostics) {
  DebugInfo info(sections, limits, diagnostics);
  info.read_units(sections.info.size(), true, SIZE_MAX, diagnostics);
  return info;
}

DebugInfo::DebugInfo(const Sections& sections, const Limits& limits, Diagnostics& diagnostics)
    : sections_(sections),
      limits_(limits),
      units_(std::min<std::uint64_t>(limits.dwarf_unit_count_max,
                                     sections.info.size() / kUnitSizeMin)),
      table_size_left_(sections.abbrev.size() * kTableRepeatMax),
      horizon_(std::make_unique<Horizon>()) {
  auto package = PackageIndex::open(sections.cu_index, sections.order);
  if (package.has_value()) {
    package_ = *std::move(package);
  } else {
    diagnostics.report("damaged package index", package.error().message());
  }
}

std::size_t DebugInfo::read_units(std::uint64_t ready,
                                  bool is_whole,
                                  std::size_t count_max,
                                  Diagnostics& diagnostics) {
  if (horizon_->is_all()) return 0;
  ByteReader reader(sections_.info.first(ready), sections_.order);
  reader.seek(position_);
  const std::size_t known_count = units_.size();
  while (!reader.at_end() && units_.size() - known_count < count_max) {
    if (!is_whole && !has_whole_unit(reader)) break;
    auto unit = read_unit_header(reader);
    if (!unit.has_value()) {
      diagnostics.report("unreadable unit", unit.error().message());
      continue;
    }
    if (units_.size() == limits_.dwarf_unit_count_max) {
      diagnostics.report("more units than allowed", fmt::format("{}", units_.size()));
      reader.fail();
      is_whole = true;
      break;
    }
    place_in_package(*unit);
    load(units_.add(*std::move(unit)), diagnostics);
  }
  position_ = reader.position();
  horizon_->publish(is_whole && reader.at_end() ? kAll : position_, units_.size());
  return units_.size() - known_count;
}

void DebugInfo::Horizon::publish(std::uint64_t end, std::size_t unit_count) {
  unit_count_.store(unit_count, std::memory_order_release);
  std::uint64_t before = end_.load(std::memory_order_relaxed);
  while (before < end && !end_.compare_exchange_weak(before, end, std::memory_order_release)) {
  }
  end_.notify_all();
}

void DebugInfo::Horizon::wait_for(std::uint64_t offset) const {
  for (std::uint64_t end; (end = end_.load(std::memory_order_acquire)) <= offset && end != kAll;) {
    end_.wait(end, std::memory_order_acquire);
  }
}

// What the attributes of a split unit do not say: its parts begin behind the headers of its
// contributions, of which a .dwo has one and a .dwp one for each unit.
void DebugInfo::place_in_package(Unit& unit) const {
  const std::uint64_t header = unit.table_header_size();
  if (unit.encoding.version >= 5) {
    unit.str_offsets_base = header;
    unit.addr_base = header;
    unit.rnglists_base = header + 4;
  }
  const PackageRow* row = package_.find(unit.offset);
  if (row == nullptr) return;
  unit.abbrev_offset += row->abbrev;
  unit.str_offsets_base += row->str_offsets;
  unit.rnglists_base += row->rnglists;
  unit.rnglists_start = row->rnglists;
}

const AbbrevTable* DebugInfo::table_of(const Unit& unit, Diagnostics& diagnostics) {
  const Encoding& e = unit.encoding;
  auto& table = tables_[{unit.abbrev_offset, e.address_size, e.offset_size, e.version <= 2}];
  if (table != nullptr) return table.get();
  Bytes data;
  if (unit.abbrev_offset < sections_.abbrev.size()) {
    data = sections_.abbrev.subspan(unit.abbrev_offset);
  }
  if (data.size() > table_size_left_) {
    data = data.first(table_size_left_);
    diagnostics.report("abbreviations that overlap too often",
                       fmt::format("unit at offset {:#x}", unit.offset));
  }
  table = std::make_unique<const AbbrevTable>(AbbrevTable::open(data, e));
  table_size_left_ -= table->size();
  return table.get();
}

void DebugInfo::load(Unit& unit, Diagnostics& diagnostics) {
  unit.abbrevs = table_of(unit, diagnostics);
  if (read_root(unit)) return;
  unit.abbrevs = nullptr;
  diagnostics.report("unreadable unit",
                     fmt::format("unit at offset {:#x}: no root entry", unit.offset));
}

bool DebugInfo::read_root(Unit& unit) const {
  ByteReader reader(sections_.info.first(unit.end), sections_.order);
  reader.seek(unit.first_die);
  const Abbrev* abbrev = unit.abbrevs->find(reader.uleb128());
  if (abbrev == nullptr || abbrev->role != Role::kUnit) return false;
  DieValues values;
  if (!read_die({this, unit.first_die}, unit, values)) return false;
  unit.tag = abbrev->tag;
  unit.name = values[kName];
  unit.comp_dir = values[kCompDir];
  unit.ranges = values[kRanges];
  unit.low_pc = values.has(kLowPc) ? values[kLowPc] : values[kEntryPc];
  if (values.has(kLowPc)) unit.high_pc = values[kHighPc];
  if (values.has(kStmtList)) unit.stmt_list = values.number(kStmtList);
  if (values.has(kDwoId)) unit.dwo_id = values.number(kDwoId);
  unit.has_dwo_name = values.has(kDwoName);
  if (values.has(kStrOffsetsBase)) unit.str_offsets_base = values.number(kStrOffsetsBase);
  if (values.has(kAddrBase)) unit.addr_base = values.number(kAddrBase);
  if (values.has(kRnglistsBase)) unit.rnglists_base = values.number(kRnglistsBase);
  unit.gnu_ranges_base = values.number(kGnuRangesBase);
  return true;
}

const Unit* DebugInfo::unit_at(std::uint64_t offset) const {
  horizon_->wait_for(offset);
  const UnitList::View units = this->units();
  std::size_t first = 0;  // that does not begin before the offset
  for (std::size_t count = units.size(); count > 0;) {
    const std::size_t half = count / 2;
    if (units[first + half].first_die <= offset) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  if (first == 0) return nullptr;
  const Unit& unit = units[first - 1];
  return offset < unit.end && unit.abbrevs != nullptr ? &unit : nullptr;
}

std::optional<std::string_view> DebugInfo::string_at(Bytes section, std::uint64_t offset) const {
  ByteReader reader(section, sections_.order);
  reader.seek(offset);
  const std::string_view text = reader.cstring(limits_.symbol_name_size_max);
  if (!reader.ok()) return std::nullopt;
  return text;
}

std::optional<std::string_view> DebugInfo::indexed_string(const Unit& unit,
                                                          std::uint64_t index) const {
  const std::uint32_t size = unit.encoding.offset_size;
  const auto offset = checked_mul<std::uint64_t>(index, size);
  const auto at = offset ? checked_add(unit.str_offsets_base, *offset) : std::nullopt;
  if (!at) return std::nullopt;
  ByteReader reader(sections_.str_offsets, sections_.order);
  reader.seek(*at);
  const std::uint64_t string_offset = read_unsigned(reader, size);
  if (!reader.ok()) return std::nullopt;
  return string_at(sections_.str, string_offset);
}

std::optional<std::string_view> DebugInfo::string(const Unit& unit, DieValue value) const {
  switch (value.form) {
    case DW_FORM_string:
      return string_at(sections_.info.first(unit.end), value.raw);
    case DW_FORM_strp:
      return string_at(sections_.str, value.raw);
    case DW_FORM_line_strp:
      return string_at(sections_.line_str, value.raw);
    case DW_FORM_strx:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
    case DW_FORM_GNU_str_index:
      return indexed_string(unit, value.raw);
    case DW_FORM_GNU_strp_alt:
    case DW_FORM_strp_sup:
      if (supplementary_ == nullptr) return std::nullopt;
      return string_at(supplementary_->sections_.str, value.raw);
    default:
      return std::nullopt;
  }
}

std::optional<DieReference> DebugInfo::reference(const Unit& unit, DieValue value) const {
  switch (value.form) {
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
    case DW_FORM_ref_udata:
      if (value.raw >= unit.size()) return std::nullopt;
      return DieReference{this, unit.offset + value.raw};
    case DW_FORM_ref_addr:
      return DieReference{this, value.raw};
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_ref_sup4:
    case DW_FORM_ref_sup8:
      if (supplementary_ == nullptr) return std::nullopt;
      return DieReference{supplementary_, value.raw};
    default:  // DW_FORM_ref_sig8 leads to types
      return std::nullopt;
  }
}

bool read_die(const DieReference& die, const Unit& unit, DieValues& values) {
  const Sections& sections = die.info->sections();
  const Bytes data = sections.info.first(unit.end);
  ByteReader reader(data, sections.order);
  reader.seek(die.offset);
  const Abbrev* abbrev = unit.abbrevs->find(reader.uleb128());
  if (abbrev == nullptr || !reader.ok()) return false;
  return values.read(
             data, sections.order, reader.position(), *unit.abbrevs, *abbrev, unit.encoding) !=
         DieValues::kFailed;
}

}  // namespace sigla::dwarf
