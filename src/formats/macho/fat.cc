// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/fat.h"

#include "base/byte_reader.h"
#include "formats/macho/raw.h"

namespace sigla::macho {
namespace {

constexpr std::uint32_t kJavaMajorVersionMin = 45;

}  // namespace

bool is_fat(Bytes file) {
  ByteReader reader(file, std::endian::big);
  const std::uint32_t magic = reader.u32();
  const std::uint32_t nfat_arch = reader.u32();
  if (!reader.ok() || nfat_arch == 0) return false;
  return magic == FAT_MAGIC_64 || (magic == FAT_MAGIC && nfat_arch < kJavaMajorVersionMin);
}

Result<std::vector<FatSlice>> read_fat(Bytes file, const Limits& limits) {
  ByteReader reader(file, std::endian::big);
  const std::uint32_t magic = reader.u32();
  const std::uint32_t nfat_arch = reader.u32();
  SIGLA_TRY(reader.finish("fat Mach-O header"));
  if (!is_fat(file)) return malformed("fat Mach-O header: wrong magic or count at offset 0");
  if (nfat_arch > limits.fat_arch_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "fat Mach-O header: {} architectures, more than {}",
                      nfat_arch,
                      limits.fat_arch_count_max);
  }
  const bool is_64 = magic == FAT_MAGIC_64;
  std::vector<FatSlice> slices;
  for (std::uint32_t i = 0; i < nfat_arch; ++i) {
    FatSlice entry;
    entry.cputype = reader.u32();
    entry.cpusubtype = reader.u32();
    entry.offset = is_64 ? reader.u64() : reader.u32();
    entry.size = is_64 ? reader.u64() : reader.u32();
    reader.skip(is_64 ? 8 : 4);  // align, reserved
    SIGLA_TRY(reader.finish("fat Mach-O architecture"));
    SIGLA_TRY(slice(file, entry.offset, entry.size, "fat Mach-O slice"));
    slices.push_back(entry);
  }
  return slices;
}

}  // namespace sigla::macho
