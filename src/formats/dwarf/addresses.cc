// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/addresses.h"

#include <algorithm>

#include "base/checked.h"

namespace sigla::dwarf {

bool CodeFilter::holds(std::uint64_t address, std::uint8_t address_size) const {
  if (code_.empty()) {
    const std::uint64_t highest = address_size == 8 ? UINT64_MAX : (1ULL << 8 * address_size) - 1;
    if (address >= highest - 1) return false;
    return zero_is_real_ || address != 0;
  }
  const auto after = std::upper_bound(
      code_.begin(), code_.end(), address, [](std::uint64_t wanted, const AddressRange& range) {
        return wanted < range.low;
      });
  return after != code_.begin() && address < std::prev(after)->high;
}

Addresses::Addresses(const AddressTables& tables, const CodeFilter& filter)
    : tables_(tables), filter_(filter) {
  const std::uint8_t size = tables.unit->encoding.address_size;
  mask_ = size == 8 ? UINT64_MAX : (1ULL << 8 * size) - 1;
  budget_ = 1024 + 8 * tables.unit->size();
  base_ = address(tables.skeleton->low_pc).value_or(0);
}

std::uint64_t Addresses::indexed(std::uint64_t index, bool& is_known) const {
  const std::uint8_t size = tables_.unit->encoding.address_size;
  const auto offset = checked_mul<std::uint64_t>(index, size);
  const auto at = offset ? checked_add(tables_.skeleton->addr_base, *offset) : std::nullopt;
  const Sections& sections = tables_.skeleton_info->sections();
  ByteReader reader(sections.addr, sections.order);
  if (at) {
    reader.seek(*at);
  } else {
    reader.fail();
  }
  const std::uint64_t value = read_unsigned(reader, size);
  is_known = is_known && reader.ok();
  return value;
}

std::optional<std::uint64_t> Addresses::address(DieValue value) const {
  bool is_known = true;
  std::uint64_t address = 0;
  switch (value.form) {
    case DW_FORM_addr:
      return value.raw;
    case DW_FORM_addrx:
    case DW_FORM_addrx1:
    case DW_FORM_addrx2:
    case DW_FORM_addrx3:
    case DW_FORM_addrx4:
    case DW_FORM_GNU_addr_index:
      address = indexed(value.raw, is_known);
      break;
    case DW_FORM_LLVM_addrx_offset:
      address = indexed(value.raw & UINT32_MAX, is_known) + (value.raw >> 32);
      break;
    default:
      return std::nullopt;
  }
  if (!is_known) return std::nullopt;
  return address & mask_;
}

void Addresses::add(std::uint64_t low, std::uint64_t high, std::vector<AddressRange>& out) {
  if (budget_ == 0) return;
  --budget_;
  if (low < high && filter_.holds(low, tables_.unit->encoding.address_size)) {
    out.push_back({low, high});
  }
}

void Addresses::append_unit(std::vector<AddressRange>& out) {
  const Unit& unit = *tables_.skeleton;
  append(unit.low_pc, unit.high_pc, unit.ranges, out);
}

void Addresses::append(DieValue low_pc,
                       DieValue high_pc,
                       DieValue ranges,
                       std::vector<AddressRange>& out) {
  if (low_pc.form != 0 && high_pc.form != 0) {
    const auto low = address(low_pc);
    if (!low) return;
    if (const auto high = address(high_pc)) {
      add(*low, *high, out);
    } else if (const auto end = checked_add(*low, high_pc.raw)) {
      add(*low, *end, out);
    }
    return;
  }
  if (ranges.form == 0) return;
  const Unit& unit = *tables_.unit;
  if (ranges.form == DW_FORM_rnglistx) {
    if (const auto offset = rnglist_offset(ranges.raw)) read_rnglist(*offset, out);
  } else if (unit.encoding.version >= 5 && !tables_.info->sections().rnglists.empty()) {
    const auto offset = checked_add(unit.rnglists_start, ranges.raw);
    if (offset) read_rnglist(*offset, out);
  } else {
    // Some producers of version 5 kept .debug_ranges (icc, early gcc and go). What GNU split off
    // refers to that of the skeleton's file.
    const bool is_split = tables_.unit != tables_.skeleton;
    const std::uint64_t start = is_split ? tables_.skeleton->gnu_ranges_base : 0;
    const auto offset = checked_add(start, ranges.raw);
    if (offset) read_ranges(tables_.skeleton_info->sections().ranges, *offset, out);
  }
}

void Addresses::read_ranges(Bytes section, std::uint64_t offset, std::vector<AddressRange>& out) {
  const std::uint8_t size = tables_.unit->encoding.address_size;
  ByteReader reader(section, tables_.skeleton_info->sections().order);
  reader.seek(offset);
  std::uint64_t base = base_;
  while (budget_ != 0) {
    const std::uint64_t low = read_unsigned(reader, size);
    const std::uint64_t high = read_unsigned(reader, size);
    if (!reader.ok() || (low == 0 && high == 0)) return;
    if (low == mask_) {
      base = high;
      --budget_;
    } else if (low == mask_ - 1 || base == mask_ - 1) {
      --budget_;  // removed by the linker
    } else {
      add((base + low) & mask_, (base + high) & mask_, out);
    }
  }
}

std::optional<std::uint64_t> Addresses::rnglist_offset(std::uint64_t index) const {
  const std::uint64_t base = tables_.unit->rnglists_base;
  const std::uint32_t size = tables_.unit->encoding.offset_size;
  const auto offset = checked_mul<std::uint64_t>(index, size);
  const auto at = offset ? checked_add(base, *offset) : std::nullopt;
  if (!at) return std::nullopt;
  const Sections& sections = tables_.info->sections();
  ByteReader reader(sections.rnglists, sections.order);
  reader.seek(*at);
  const std::uint64_t relative = read_unsigned(reader, size);
  if (!reader.ok()) return std::nullopt;
  return checked_add(base, relative);
}

void Addresses::read_rnglist(std::uint64_t offset, std::vector<AddressRange>& out) {
  const std::uint8_t size = tables_.unit->encoding.address_size;
  const Sections& sections = tables_.info->sections();
  ByteReader reader(sections.rnglists, sections.order);
  reader.seek(offset);
  std::uint64_t base = base_;
  while (budget_ != 0) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool is_known = true;
    switch (reader.u8()) {
      case DW_RLE_base_addressx:
        base = indexed(reader.uleb128(), is_known);
        if (!is_known) return;
        --budget_;
        continue;
      case DW_RLE_base_address:
        base = read_unsigned(reader, size);
        --budget_;
        continue;
      case DW_RLE_startx_endx:
        low = indexed(reader.uleb128(), is_known);
        high = indexed(reader.uleb128(), is_known);
        break;
      case DW_RLE_startx_length:
        low = indexed(reader.uleb128(), is_known);
        high = low + reader.uleb128();
        break;
      case DW_RLE_offset_pair:
        low = base + reader.uleb128();
        high = base + reader.uleb128();
        break;
      case DW_RLE_start_end:
        low = read_unsigned(reader, size);
        high = read_unsigned(reader, size);
        break;
      case DW_RLE_start_length:
        low = read_unsigned(reader, size);
        high = low + reader.uleb128();
        break;
      default:  // DW_RLE_end_of_list, and what nobody knows the length of
        return;
    }
    if (!reader.ok()) return;
    if (is_known) add(low & mask_, high & mask_, out);
  }
}

}  // namespace sigla::dwarf
