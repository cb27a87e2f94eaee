// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/package_index.h"

#include <algorithm>

#include "formats/dwarf/raw.h"

namespace sigla::dwarf {
namespace {

std::uint64_t* part_of(PackageRow& row, std::uint32_t section, std::uint32_t version) {
  switch (section) {
    case DW_SECT_INFO:
      return &row.info;
    case DW_SECT_ABBREV:
      return &row.abbrev;
    case DW_SECT_STR_OFFSETS:
      return &row.str_offsets;
    case DW_SECT_RNGLISTS:  // DW_SECT_MACRO in GNU's version 2, which has no range lists
      return version >= 5 ? &row.rnglists : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

Result<PackageIndex> PackageIndex::open(Bytes data, std::endian order) {
  PackageIndex index;
  if (data.empty()) return index;
  ByteReader reader(data, order);
  const std::uint32_t word = reader.u32();
  const std::uint32_t version = order == std::endian::big && word >> 16 == 5 ? 5 : word & 0xffff;
  const std::uint64_t section_count = reader.u32();
  const std::uint64_t unit_count = reader.u32();
  const std::uint64_t slot_count = reader.u32();
  SIGLA_TRY(reader.finish("package index"));
  if (version != 2 && version != 5) {
    return make_error(ErrorCode::kUnsupported, "package index: version {}", version);
  }
  reader.skip(slot_count * 12);
  ByteReader sections = reader.sub(section_count * 4);
  SIGLA_TRY(reader.finish("package index"));
  if (section_count == 0) return index;
  if (unit_count > reader.remaining() / (section_count * 8)) {
    return malformed("package index: {} units with {} sections in {} bytes",
                     unit_count,
                     section_count,
                     reader.remaining());
  }
  std::vector<std::uint32_t> ids;
  while (!sections.at_end()) ids.push_back(sections.u32());
  index.rows_.resize(unit_count);
  for (PackageRow& row : index.rows_) {
    for (const std::uint32_t id : ids) {
      const std::uint64_t offset = reader.u32();
      if (std::uint64_t* part = part_of(row, id, version)) *part = offset;
    }
  }
  std::sort(index.rows_.begin(), index.rows_.end(), [](const PackageRow& a, const PackageRow& b) {
    return a.info < b.info;
  });
  return index;
}

const PackageRow* PackageIndex::find(std::uint64_t info_offset) const {
  const auto found = std::lower_bound(
      rows_.begin(), rows_.end(), info_offset, [](const PackageRow& row, std::uint64_t offset) {
        return row.info < offset;
      });
  return found != rows_.end() && found->info == info_offset ? &*found : nullptr;
}

}  // namespace sigla::dwarf
