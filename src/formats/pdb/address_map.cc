// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/address_map.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::size_t kSectionHeaderSize = 40;
constexpr std::uint32_t IMAGE_SCN_CNT_CODE = 0x20;
constexpr std::uint32_t IMAGE_SCN_MEM_EXECUTE = 0x2000'0000;
constexpr std::size_t kPairSize = 8;

}  // namespace

AddressMap::AddressMap(Bytes section_headers, Bytes omap) {
  ByteReader headers(section_headers);
  sections_.reserve(headers.remaining() / kSectionHeaderSize);
  while (headers.remaining() >= kSectionHeaderSize) {
    Section section;
    headers.skip(8);  // name
    section.size = headers.u32();
    section.address = headers.u32();
    const std::uint32_t file_size = headers.u32();
    // Some linkers leave the size in memory zero.
    if (section.size == 0) section.size = file_size;
    section.size = std::min(section.size, UINT32_MAX - section.address);
    headers.skip(16);  // offset in the file, relocations, line numbers
    section.is_code = (headers.u32() & (IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE)) != 0;
    sections_.push_back(section);
  }
  ByteReader pairs(omap);
  omap_.reserve(pairs.remaining() / kPairSize);
  while (pairs.remaining() >= kPairSize) {
    Pair pair;
    pair.from = pairs.u32();
    pair.to = pairs.u32();
    omap_.push_back(pair);
  }
  const auto before = [](const Pair& a, const Pair& b) { return a.from < b.from; };
  if (!std::is_sorted(omap_.begin(), omap_.end(), before)) {
    std::stable_sort(omap_.begin(), omap_.end(), before);
  }
}

Result<AddressMap> AddressMap::open(const Container& container,
                                    const DbiStream& dbi,
                                    const Limits& limits) {
  StreamBytes omap;
  std::uint16_t headers = dbi.debug_streams[kSectionHeaders];
  const std::uint16_t moves = dbi.debug_streams[kOmapFromSource];
  if (container.stream_size(moves) != 0) {
    SIGLA_TRY_ASSIGN(omap, container.read(moves, UINT32_MAX));
    const std::uint16_t original = dbi.debug_streams[kOriginalSectionHeaders];
    if (container.stream_size(original) != 0) headers = original;
  }
  if (container.stream_size(headers) == 0) {
    return make_error(ErrorCode::kNotFound, "PDB: no section headers, so nothing has an address");
  }
  const std::uint64_t size_max = std::uint64_t{limits.section_count_max} * kSectionHeaderSize;
  SIGLA_TRY_ASSIGN(const StreamBytes section_headers, container.read(headers, size_max));
  return AddressMap(section_headers.bytes(), omap.bytes());
}

std::size_t AddressMap::first_pair(std::uint32_t rva) const {
  const auto after =
      std::upper_bound(omap_.begin(), omap_.end(), rva, [](std::uint32_t key, const Pair& p) {
        return key < p.from;
      });
  const auto index = static_cast<std::size_t>(after - omap_.begin());
  return index == 0 ? 0 : index - 1;
}

std::optional<std::uint32_t> AddressMap::rva(SectionOffset place) const {
  if (place.section == 0 || place.section > sections_.size()) return std::nullopt;
  const Section& section = sections_[place.section - 1];
  if (place.offset >= section.size) return std::nullopt;
  return section.address + place.offset;
}

std::optional<RvaRange> AddressMap::range(SectionOffset start, std::uint32_t size) const {
  const auto low = rva(start);
  if (!low) return std::nullopt;
  const std::uint32_t left = sections_[start.section - 1].size - start.offset;
  return RvaRange{*low, *low + std::min(size, left)};
}

bool AddressMap::is_code(std::uint16_t section) const {
  return section != 0 && section <= sections_.size() && sections_[section - 1].is_code;
}

}  // namespace sigla::pdb
