// SPDX-License-Identifier: Apache-2.0
#include "codec/archive.h"

#include <array>

#include "base/text.h"
#include "codec/cab.h"
#include "codec/libarchive_reader.h"
#include "codec/zip.h"

namespace sigla {
namespace {

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  ArchiveKind kind;
};

constexpr std::array kMagics = {
    Magic{0, std::string_view("PK\3\4", 4), ArchiveKind::kZip},
    Magic{0, std::string_view("PK\5\6", 4), ArchiveKind::kZip},      // without entries
    Magic{0, std::string_view("PK\7\10PK", 6), ArchiveKind::kZip},   // made as one of several parts
    Magic{0, std::string_view("PK00PK\3\4", 8), ArchiveKind::kZip},  // the same, only one after all
    Magic{0, std::string_view("7z\xbc\xaf\x27\x1c", 6), ArchiveKind::kSevenZip},
    Magic{257, std::string_view("ustar", 5), ArchiveKind::kTar},
    Magic{0, std::string_view("MSCF\0\0\0\0", 8), ArchiveKind::kCab},
    Magic{0, std::string_view("Rar!\x1a\7", 6), ArchiveKind::kRar},
    Magic{0, std::string_view("070701", 6), ArchiveKind::kCpio},
    Magic{0, std::string_view("070702", 6), ArchiveKind::kCpio},
    Magic{0, std::string_view("070707", 6), ArchiveKind::kCpio},
    Magic{0, std::string_view("!<arch>\n", 8), ArchiveKind::kAr},
    Magic{0, std::string_view("xar!\0\x1c", 6), ArchiveKind::kXar},
    Magic{0, std::string_view("\xed\xab\xee\xdb", 4), ArchiveKind::kRpm},
    Magic{32769, std::string_view("CD001", 5), ArchiveKind::kIso},
};

// A tar of before POSIX has no magic, but a checksum: the sum of the header's bytes, its own eight
// counted as blanks, in octal.
bool is_old_tar(Bytes start) {
  constexpr std::size_t kChecksumOffset = 148;
  constexpr std::size_t kChecksumSize = 8;
  if (start.size() < 512 || start[0] == 0) return false;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    const bool is_checksum = i >= kChecksumOffset && i < kChecksumOffset + kChecksumSize;
    sum += is_checksum ? std::uint32_t{' '} : start[i];
  }
  std::uint32_t stored = 0;
  bool has_digits = false;
  for (const std::uint8_t c : start.subspan(kChecksumOffset, kChecksumSize)) {
    if (c >= '0' && c <= '7') {
      stored = stored * 8 + (c - std::uint32_t{'0'});
      has_digits = true;
    } else if (c != ' ' || has_digits) {
      break;
    }
  }
  return has_digits && stored == sum;
}

}  // namespace

std::string_view to_string(ArchiveKind kind) {
  switch (kind) {
    case ArchiveKind::kZip:
      return "zip";
    case ArchiveKind::kSevenZip:
      return "7z";
    case ArchiveKind::kTar:
      return "tar";
    case ArchiveKind::kCab:
      return "cab";
    case ArchiveKind::kRar:
      return "rar";
    case ArchiveKind::kCpio:
      return "cpio";
    case ArchiveKind::kAr:
      return "ar";
    case ArchiveKind::kXar:
      return "xar";
    case ArchiveKind::kIso:
      return "iso";
    case ArchiveKind::kRpm:
      return "rpm";
  }
  SIGLA_CHECK(false);
}

std::optional<ArchiveKind> sniff_archive(Bytes start) {
  for (const Magic& magic : kMagics) {
    if (start.size() >= magic.offset && starts_with(start.subspan(magic.offset), magic.bytes)) {
      return magic.kind;
    }
  }
  if (is_old_tar(start)) return ArchiveKind::kTar;
  return std::nullopt;
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(const File& file,
                                                           const Limits& limits,
                                                           UnpackBudget& budget) {
  Buffer start(512);
  SIGLA_TRY_ASSIGN(const std::size_t size, file.read_at(start, 0));
  const auto kind = sniff_archive(Bytes(start).first(size));
  if (kind == ArchiveKind::kCab) return open_cab(file, limits, budget);
  if (kind == ArchiveKind::kZip) {
    SIGLA_TRY_ASSIGN(auto reader, open_zip(file, limits, budget));
    if (reader != nullptr) return reader;
  }
  return open_with_libarchive(file, limits, budget);
}

}  // namespace sigla
