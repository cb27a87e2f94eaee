// SPDX-License-Identifier: Apache-2.0
// Archives of any common format, entry by entry, as bounded streams.
//
//   UnpackBudget budget;
//   SIGLA_TRY_ASSIGN(const auto archive, ArchiveReader::open(file, limits, budget));
//   while (true) {
//     SIGLA_TRY_ASSIGN(const auto entry, archive->next());
//     if (!entry.has_value()) break;
//     const auto size = archive->extract(sink);   // this entry's error; the next may be fine
//   }
//
// Formats: 7z, tar, cpio, ar (.deb too), xar, ISO 9660, rar, lha and rpm through libarchive,
// compressed as a whole by gzip, bzip2, xz, lzma, lzip, zstd, lz4 or compress; CAB through
// libmspack; zip by our own reader, or libarchive where that is better (codec/zip.h).
// Nothing is ever written to a file system and no helper program is run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "codec/stream.h"
#include "os/file.h"

namespace sigla {

enum class ArchiveKind { kZip, kSevenZip, kTar, kCab, kRar, kCpio, kAr, kXar, kIso, kRpm };

std::string_view to_string(ArchiveKind kind);

// By content. A compressed tar is not recognised here, only by sniff_codec(); 32 KiB + 8 bytes of
// the file are enough for every kind, 512 for all but kIso.
std::optional<ArchiveKind> sniff_archive(Bytes start);

struct ArchiveEntry {
  std::string path;                   // as UTF-8, whatever it was; never a name for our own files
  std::optional<std::uint64_t> size;  // as the archive tells it, if it does
};

// What has come out of one upload, archives inside archives included.
struct UnpackBudget {
  std::uint64_t entry_count = 0;
  std::uint64_t unpacked_size = 0;
};

// One pass over the regular files of an archive. Used by one thread.
class ArchiveReader {
 public:
  // `file`, `limits` and `budget` must outlive the reader. kUnsupported when it is no archive.
  static Result<std::unique_ptr<ArchiveReader>> open(const File& file,
                                                     const Limits& limits,
                                                     UnpackBudget& budget);
  virtual ~ArchiveReader() = default;

  // The next file, or nothing after the last. An Error is the end too: what came before is good,
  // the archive is damaged here (kMalformed, with the offset) or over a limit.
  virtual Result<std::optional<ArchiveEntry>> next() = 0;
  // Writes the content of the entry that next() returned to the sink and returns its size. Call it
  // once, or not at all. An Error is this entry's (encrypted, damaged, over a limit; or the sink's
  // own); next() tells whether there is more.
  virtual Result<std::uint64_t> extract(ByteSink& sink) = 0;
  // How many entries there are, when the format tells beforehand (CAB).
  virtual std::optional<std::uint64_t> entry_count() const { return std::nullopt; }
};

}  // namespace sigla
