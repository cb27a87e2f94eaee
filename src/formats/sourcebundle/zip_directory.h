// SPDX-License-Identifier: Apache-2.0
// The directory of a ZIP archive (PKWARE APPNOTE 6.3.9) and the content of its entries, by random
// access. Borrows the bytes. For whole archives there is codec/; this is for the one member a
// reader needs.
//
//   [anything] local headers and data | central directory | end of central directory
//
// The end record is found backwards from the end of the file (4.3.16; the ZIP64 forms are 4.3.14
// and 4.3.15). Offsets count from the start of the archive, which is where they fit: in front of it
// a source bundle has its own header.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::sourcebundle {

struct ZipEntry {
  std::string_view name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint16_t dos_time = 0;  // seconds / 2 (5 bits), minutes (6), hours (5)
  std::uint16_t dos_date = 0;  // day (5 bits), month (4), year since 1980 (7)
  std::uint64_t packed_size = 0;
  std::uint64_t unpacked_size = 0;
  std::uint64_t header_offset = 0;  // of the local header, in the file
};

// Every entry of the central directory.
Result<std::vector<ZipEntry>> read_zip_directory(Bytes file, const Limits& limits);

// The content of one entry: stored, deflated or zstd. kLimitExceeded past size_max, kUnsupported
// for encryption and other methods.
Result<Buffer> read_zip_entry(Bytes file,
                              const ZipEntry& entry,
                              std::uint64_t size_max,
                              const Limits& limits);

}  // namespace sigla::sourcebundle
