// SPDX-License-Identifier: Apache-2.0
// Fat ("universal") files: one image for each architecture, <mach-o/fat.h>. All big-endian:
//
//   magic 0xcafebabe | nfat_arch | nfat_arch x { cputype, cpusubtype, offset, size, align }
//   magic 0xcafebabf: the same with 64-bit offset and size, and a reserved word
//
// A Java class file has the magic 0xcafebabe too, and its minor and major version where nfat_arch
// is. Java's majors begin at 45 and no fat file comes near that many architectures.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::macho {

struct FatSlice {
  std::uint32_t cputype = 0;
  std::uint32_t cpusubtype = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// A fat header, and no Java class.
bool is_fat(Bytes file);
// Every slice; each is inside the file.
Result<std::vector<FatSlice>> read_fat(Bytes file, const Limits& limits);

}  // namespace sigla::macho
