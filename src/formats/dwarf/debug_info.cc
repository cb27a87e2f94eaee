// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/debug_info.h"

#include <algorithm>
#include <tuple>

#include "base/checked.h"

namespace sigla::dwarf {

DebugInfo DebugInfo::open(const Sections& sections,
                          const Limits& limits,
                          Diagnostics& diagnostics) {
  DebugInfo info(sections, limits);
  auto package = PackageIndex::open(sections.cu_index, sections.order);
  if (package.has_value()) {
    info.package_ = *std::move(package);
  } else {
    diagnostics.report("damaged package index", package.error().message());
  }
  info.read_headers(diagnostics);
  info.group_by_table();
  return info;
}

void DebugInfo::read_headers(Diagnostics& diagnostics) {
  ByteReader reader(sections_.info, sections_.order);
  while (!reader.at_end()) {
    auto unit = read_unit_header(reader);
    if (!unit.has_value()) {
      diagnostics.report("unreadable unit", unit.error().message());
      continue;
    }
    if (units_.size() == limits_.dwarf_unit_count_max) {
      diagnostics.report("more units than allowed", fmt::format("{}", units_.size()));
      return;
    }
    place_in_package(*unit);
    units_.push_back(*std::move(unit));
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

void DebugInfo::group_by_table() {
  const auto key = [&](std::uint32_t index) {
    const Unit& unit = units_[index];
    const Encoding& e = unit.encoding;
    // All that a compiled table depends on.
    return std::make_tuple(unit.abbrev_offset, e.address_size, e.offset_size, e.version <= 2);
  };
  units_of_tables_.resize(units_.size());
  for (std::uint32_t i = 0; i < units_.size(); ++i) units_of_tables_[i] = i;
  std::stable_sort(units_of_tables_.begin(),
                   units_of_tables_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  for (std::size_t i = 0; i < units_of_tables_.size(); ++i) {
    const std::uint32_t unit = units_of_tables_[i];
    if (i == 0 || key(unit) != key(units_of_tables_[i - 1])) {
      tables_.push_back({units_[unit].abbrev_offset, units_[unit].encoding, i, 0, nullptr});
    }
    ++tables_.back().unit_count;
  }
}

void DebugInfo::load_table(std::size_t index, Diagnostics& diagnostics) {
  Table& table = tables_[index];
  // A table ends where the next one begins, whatever it says: so all of them together are no
  // longer than the section.
  std::uint64_t end = sections_.abbrev.size();
  for (std::size_t next = index + 1; next < tables_.size(); ++next) {
    if (tables_[next].offset == table.offset) continue;
    end = std::min<std::uint64_t>(end, tables_[next].offset);
    break;
  }
  Bytes data;
  if (table.offset < end) {
    data = sections_.abbrev.subspan(table.offset, end - table.offset);
  }
  table.abbrevs = std::make_unique<AbbrevTable>(AbbrevTable::open(data, table.encoding));
  for (std::size_t i = 0; i < table.unit_count; ++i) {
    Unit& unit = units_[units_of_tables_[table.first_unit + i]];
    unit.abbrevs = table.abbrevs.get();
    if (read_root(unit)) continue;
    unit.abbrevs = nullptr;
    diagnostics.report("unreadable unit",
                       fmt::format("unit at offset {:#x}: no root entry", unit.offset));
  }
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
  auto after = std::upper_bound(
      units_.begin(), units_.end(), offset, [](std::uint64_t wanted, const Unit& unit) {
        return wanted < unit.first_die;
      });
  if (after == units_.begin()) return nullptr;
  --after;
  return offset < after->end && after->abbrevs != nullptr ? &*after : nullptr;
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
