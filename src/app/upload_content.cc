// SPDX-License-Identifier: Apache-2.0
#include "app/upload_content.h"

#include <optional>

#include "base/byte_reader.h"
#include "codec/archive.h"
#include "codec/decoder.h"
#include "object/object.h"

namespace sigla::app {

namespace {

constexpr std::size_t kStartSize = 40U << 10;  // an ISO's mark is the furthest in
constexpr std::size_t kElfTypeOffset = 16;
constexpr std::size_t kElfOrderOffset = 5;  // EI_DATA
constexpr std::uint8_t kElfBigEndian = 2;
constexpr std::uint16_t kEtRel = 1;
constexpr std::size_t kMachoTypeOffset = 12;
constexpr std::uint32_t kMhObject = 1;
constexpr std::size_t kArMagicSize = 8;

bool is_relocatable(Format format, Bytes start) {
  if (format == Format::kElf && start.size() > kElfOrderOffset) {
    const bool is_big = start[kElfOrderOffset] == kElfBigEndian;
    ByteReader reader(start, is_big ? std::endian::big : std::endian::little);
    reader.seek(kElfTypeOffset);
    return reader.u16() == kEtRel;
  }
  if (format != Format::kMacho || start[0] == 0xca) return false;  // a fat one is linked
  ByteReader reader(start, start[0] == 0xfe ? std::endian::big : std::endian::little);
  reader.seek(kMachoTypeOffset);
  return reader.u32() == kMhObject;
}

UploadContent content_of(Format format, Bytes start) {
  switch (format) {
    case Format::kUnknown:
      return UploadContent::kOther;
    case Format::kMinidump:
    case Format::kElfCore:
    case Format::kMachoCore:
      return UploadContent::kDump;
    default:
      return is_relocatable(format, start) ? UploadContent::kRelocatable
                                           : UploadContent::kSymbolFile;
  }
}

// A Debian package is an `ar`, too.
bool is_static_library(ArchiveKind kind, Bytes start) {
  return kind == ArchiveKind::kAr &&
         !as_text(start).substr(kArMagicSize).starts_with("debian-binary");
}

// What is below the compression; a damaged file is the server's to judge.
UploadContent look_inside(Codec codec, const File& file) {
  FileSource packed(file);
  const Limits limits;
  const auto source = make_decoder(codec, packed, limits);
  Buffer start(kStartSize);
  std::size_t size = 0;
  while (size < start.size()) {
    const auto count = source->read(MutableBytes(start).subspan(size));
    if (!count.has_value() && size == 0) return UploadContent::kCompressed;
    if (!count.has_value() || *count == 0) break;
    size += *count;
  }
  const Bytes content = Bytes(start).first(size);
  const Format format = sniff_format(content);
  if (format != Format::kUnknown) {
    const UploadContent inner = content_of(format, content);
    return inner == UploadContent::kDump ? inner : UploadContent::kCompressed;
  }
  if (sniff_archive(content).has_value()) return UploadContent::kArchive;
  if (sniff_wrapping(content) != Wrapping::kNone) return UploadContent::kCompressed;
  return UploadContent::kOther;
}

}  // namespace

Result<UploadContent> look_at(const File& file) {
  FileSource source(file, 0, kStartSize);
  SIGLA_TRY_ASSIGN(const Buffer start, read_all(source, kStartSize));
  const Format format = sniff_format(start);
  if (format != Format::kUnknown) return content_of(format, start);
  if (sniff_wrapping(start) == Wrapping::kCab) return UploadContent::kCompressed;
  if (const auto kind = sniff_archive(start)) {
    return is_static_library(*kind, start) ? UploadContent::kStaticLibrary
                                           : UploadContent::kArchive;
  }
  if (const auto codec = sniff_codec(start)) return look_inside(*codec, file);
  return UploadContent::kOther;
}

}  // namespace sigla::app
