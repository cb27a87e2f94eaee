// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/memory.h"

#include <algorithm>

#include "base/checked.h"
#include "formats/minidump/list.h"

namespace sigla::minidump {
namespace {

struct MemoryRecord : MINIDUMP_MEMORY_DESCRIPTOR {
  static MemoryRecord read(ByteReader& reader) {
    return MemoryRecord{MINIDUMP_MEMORY_DESCRIPTOR::read(reader)};
  }
};

}  // namespace

MemoryRegion read_memory_region(const Image& image, const MINIDUMP_MEMORY_DESCRIPTOR& descriptor) {
  MemoryRegion region{descriptor.StartOfMemoryRange, {}, image.order()};
  if (!checked_add<std::uint64_t>(region.base, descriptor.Memory.DataSize)) return region;
  auto bytes = image.at(descriptor.Memory, "minidump memory");
  if (bytes.has_value()) region.bytes = bytes.value();
  return region;
}

Result<Memory> Memory::make(std::vector<MemoryRegion> regions, std::string_view what) {
  std::sort(
      regions.begin(), regions.end(), [](const auto& a, const auto& b) { return a.base < b.base; });
  for (std::size_t i = 1; i < regions.size(); ++i) {
    if (regions[i].base - regions[i - 1].base < regions[i - 1].bytes.size()) {
      return malformed(
          "{}: the ranges at {:#x} and {:#x} overlap", what, regions[i - 1].base, regions[i].base);
    }
  }
  Memory memory;
  memory.regions_ = std::move(regions);
  return memory;
}

const MemoryRegion* Memory::find(std::uint64_t address) const {
  auto after = std::upper_bound(
      regions_.begin(), regions_.end(), address, [](std::uint64_t a, const auto& r) {
        return a < r.base;
      });
  if (after == regions_.begin()) return nullptr;
  --after;
  return after->contains(address) ? &*after : nullptr;
}

Result<Memory> read_memory(const Image& image) {
  constexpr std::string_view kWhat = "minidump memory list";
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MemoryListStream));
  SIGLA_TRY_ASSIGN(const auto records,
                   read_list<MemoryRecord>(
                       image, stream, image.limits().minidump_memory_region_count_max, kWhat));
  std::vector<MemoryRegion> regions;
  regions.reserve(records.size());
  for (const MemoryRecord& record : records) {
    if (record.Memory.DataSize == 0) return malformed("{}: a range of no bytes", kWhat);
    regions.push_back(read_memory_region(image, record));
  }
  return Memory::make(std::move(regions), kWhat);
}

Result<Memory> read_memory64(const Image& image) {
  constexpr std::string_view kWhat = "minidump 64-bit memory list";
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(Memory64ListStream));
  ByteReader reader = image.reader(stream);
  const std::uint64_t count = reader.u64();
  std::uint64_t offset = reader.u64();  // BaseRva: the ranges' bytes lie one after the other
  SIGLA_TRY(reader.finish(kWhat));
  if (count > image.limits().minidump_memory_region_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries are more than the limit of {}",
                      kWhat,
                      count,
                      image.limits().minidump_memory_region_count_max);
  }
  std::vector<MemoryRegion> regions;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t base = reader.u64();
    const std::uint64_t size = reader.u64();
    SIGLA_TRY(reader.finish(kWhat));
    const auto bytes = image.at(offset, size, kWhat);
    if (!bytes.has_value()) break;  // a dump that was cut off still has its first ranges
    if (!checked_add(base, size)) return malformed("{}: the range at {:#x} wraps", kWhat, base);
    regions.push_back({base, bytes.value(), image.order()});
    offset += size;
  }
  return Memory::make(std::move(regions), kWhat);
}

Result<std::vector<MINIDUMP_MEMORY_INFO>> read_memory_info(const Image& image) {
  constexpr std::string_view kWhat = "minidump memory information";
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MemoryInfoListStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t header_size = reader.u32();
  const std::uint32_t entry_size = reader.u32();
  const std::uint64_t count = reader.u64();
  SIGLA_TRY(reader.finish(kWhat));
  if (header_size != 16 || entry_size != MINIDUMP_MEMORY_INFO::kSize ||
      reader.remaining() / MINIDUMP_MEMORY_INFO::kSize != count ||
      reader.remaining() % MINIDUMP_MEMORY_INFO::kSize != 0) {
    return malformed(
        "{}: {} entries of {} bytes do not make {} bytes", kWhat, count, entry_size, stream.size());
  }
  std::vector<MINIDUMP_MEMORY_INFO> infos;
  infos.reserve(reader.remaining() / MINIDUMP_MEMORY_INFO::kSize);
  for (std::uint64_t i = 0; i < count; ++i) {
    infos.push_back(MINIDUMP_MEMORY_INFO::read(reader));
    const MINIDUMP_MEMORY_INFO& info = infos.back();
    if (info.RegionSize == 0 || !checked_add(info.BaseAddress, info.RegionSize)) {
      return malformed("{}: region of {} bytes at {:#x}", kWhat, info.RegionSize, info.BaseAddress);
    }
  }
  SIGLA_TRY(reader.finish(kWhat));
  return infos;
}

}  // namespace sigla::minidump
