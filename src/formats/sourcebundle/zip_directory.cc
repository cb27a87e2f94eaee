// SPDX-License-Identifier: Apache-2.0
#include "formats/sourcebundle/zip_directory.h"

#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "base/checked.h"
#include "codec/decoder.h"
#include "formats/sourcebundle/raw.h"

namespace sigla::sourcebundle {
namespace {

// Where the central directory is, in the file, and how far the archive's own offsets are from that.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t shift = 0;
};

struct EndRecord {
  std::uint64_t position = 0;  // of the record that describes the directory: the directory's end
  std::uint64_t directory_size = 0;
  std::uint64_t directory_offset = 0;
};

std::optional<std::uint64_t> find_end(Bytes file) {
  if (file.size() < kEndSize) return std::nullopt;
  const std::uint64_t last = file.size() - kEndSize;
  const std::uint64_t first = last - std::min<std::uint64_t>(last, kCommentSizeMax);
  for (std::uint64_t at = last + 1; at-- > first;) {
    ByteReader reader(file.subspan(at));
    if (reader.u32() != kEndSignature) continue;
    reader.skip(16);
    const std::uint16_t comment_size = reader.u16();
    if (comment_size <= reader.remaining()) return at;
  }
  return std::nullopt;
}

// signature u32, disk u32, position of the end record u64, disks u32: directly before `end`.
Result<std::optional<EndRecord>> read_zip64_end(Bytes file, std::uint64_t end) {
  if (end < kZip64LocatorSize) return std::optional<EndRecord>();
  ByteReader locator(file.subspan(end - kZip64LocatorSize, kZip64LocatorSize));
  if (locator.u32() != kZip64LocatorSignature) return std::optional<EndRecord>();
  locator.skip(4);
  const std::uint64_t position = locator.u64();
  // Behind a source bundle's header that position may be off by the header.
  for (const std::uint64_t shift : {std::size_t{0}, kHeaderSize}) {
    const std::uint64_t candidate = checked_add(position, shift).value_or(UINT64_MAX);
    ByteReader reader(file);
    reader.seek(candidate);
    if (reader.u32() != kZip64EndSignature) continue;
    reader.skip(36);  // size of record, versions, disks, two entry counts
    EndRecord record;
    record.position = candidate;
    record.directory_size = reader.u64();
    record.directory_offset = reader.u64();
    SIGLA_TRY(reader.finish("ZIP64 end record"));
    return std::optional<EndRecord>(record);
  }
  return malformed("ZIP64 end record: not at offset {}", position);
}

// signature u32, disks u16 x 2, entry counts u16 x 2, directory size u32, offset u32, comment.
Result<EndRecord> read_end(Bytes file) {
  const auto end = find_end(file);
  if (!end) return malformed("ZIP end record: none in {} bytes", file.size());
  SIGLA_TRY_ASSIGN(const auto zip64, read_zip64_end(file, *end));
  if (zip64) return *zip64;
  ByteReader reader(file.subspan(*end));
  reader.skip(12);
  EndRecord record;
  record.position = *end;
  record.directory_size = reader.u32();
  record.directory_offset = reader.u32();
  SIGLA_TRY(reader.finish("ZIP end record"));
  return record;
}

Result<Directory> find_directory(Bytes file) {
  SIGLA_TRY_ASSIGN(const EndRecord end, read_end(file));
  if (end.directory_size > end.position) {
    return malformed(
        "ZIP end record: {} bytes of directory before offset {}", end.directory_size, end.position);
  }
  Directory directory;
  directory.size = end.directory_size;
  directory.offset = end.position - end.directory_size;
  if (end.directory_offset > directory.offset) {
    return malformed(
        "ZIP end record: directory at offset {}, past {}", end.directory_offset, directory.offset);
  }
  directory.shift = directory.offset - end.directory_offset;
  return directory;
}

// Sizes and offsets that are all ones stand in the extra field of id 1, in this order.
Status read_zip64_extra(ByteReader extra, ZipEntry& entry) {
  while (!extra.at_end()) {
    const std::uint16_t id = extra.u16();
    ByteReader field(extra.bytes(extra.u16()));
    SIGLA_TRY(extra.finish("ZIP extra field"));
    if (id != kZip64ExtraId) continue;
    if (entry.unpacked_size == UINT32_MAX) entry.unpacked_size = field.u64();
    if (entry.packed_size == UINT32_MAX) entry.packed_size = field.u64();
    if (entry.header_offset == UINT32_MAX) entry.header_offset = field.u64();
    return field.finish("ZIP64 extra field");
  }
  return {};
}

// signature u32, versions u16 x 2, flags u16, method u16, time u32, CRC u32, sizes u32 x 2, name,
// extra and comment sizes u16, disk u16, attributes u16 and u32, local header offset u32; then the
// three.
Result<ZipEntry> read_entry(ByteReader& reader, std::uint64_t shift, const Limits& limits) {
  const std::uint32_t signature = reader.u32();
  SIGLA_TRY(reader.finish("ZIP directory entry"));
  if (signature != kCentralHeaderSignature) {
    return malformed("ZIP directory entry: wrong signature {:#x}", signature);
  }
  ZipEntry entry;
  reader.skip(4);
  entry.flags = reader.u16();
  entry.method = reader.u16();
  entry.dos_time = reader.u16();
  entry.dos_date = reader.u16();
  reader.skip(4);
  entry.packed_size = reader.u32();
  entry.unpacked_size = reader.u32();
  const std::uint16_t name_size = reader.u16();
  const std::uint16_t extra_size = reader.u16();
  const std::uint16_t comment_size = reader.u16();
  reader.skip(8);
  entry.header_offset = reader.u32();
  entry.name = as_text(reader.bytes(name_size));
  const ByteReader extra = reader.sub(extra_size);
  reader.skip(comment_size);
  SIGLA_TRY(reader.finish("ZIP directory entry"));
  SIGLA_TRY(read_zip64_extra(extra, entry));
  if (name_size > limits.entry_name_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "ZIP directory entry: name of {} bytes, more than {}",
                      name_size,
                      limits.entry_name_size_max);
  }
  const auto offset = checked_add(entry.header_offset, shift);
  if (!offset) return malformed("ZIP directory entry: offset {} too large", entry.header_offset);
  entry.header_offset = *offset;
  return entry;
}

}  // namespace

Result<std::vector<ZipEntry>> read_zip_directory(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Directory directory, find_directory(file));
  SIGLA_TRY_ASSIGN(const Bytes raw,
                   slice(file, directory.offset, directory.size, "ZIP central directory"));
  std::vector<ZipEntry> entries;
  ByteReader reader(raw);
  while (!reader.at_end()) {
    if (entries.size() >= limits.entry_count_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "ZIP central directory: more than {} entries",
                        limits.entry_count_max);
    }
    SIGLA_TRY_ASSIGN(const ZipEntry entry, read_entry(reader, directory.shift, limits));
    entries.push_back(entry);
  }
  return entries;
}

// signature u32, version u16, flags u16, method u16, time u32, CRC u32, sizes u32 x 2, name and
// extra sizes u16; then those two and the data.
Result<Buffer> read_zip_entry(Bytes file,
                              const ZipEntry& entry,
                              std::uint64_t size_max,
                              const Limits& limits) {
  if ((entry.flags & kEncryptedFlag) != 0) {
    return make_error(ErrorCode::kUnsupported, "ZIP entry: encrypted");
  }
  if (entry.unpacked_size > size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "ZIP entry: {} bytes unpacked, more than {}",
                      entry.unpacked_size,
                      size_max);
  }
  ByteReader reader(file);
  reader.seek(entry.header_offset);
  const std::uint32_t signature = reader.u32();
  reader.skip(22);
  const std::uint16_t name_size = reader.u16();
  const std::uint16_t extra_size = reader.u16();
  reader.skip(std::uint64_t{name_size} + extra_size);
  const Bytes packed = reader.bytes(entry.packed_size);
  SIGLA_TRY(reader.finish("ZIP entry"));
  if (signature != kLocalHeaderSignature) {
    return malformed("ZIP entry: wrong signature at offset {}", entry.header_offset);
  }
  switch (entry.method) {
    case kMethodStored:
      if (packed.size() > size_max) {
        return make_error(ErrorCode::kLimitExceeded,
                          "ZIP entry: {} bytes, more than {}",
                          packed.size(),
                          size_max);
      }
      return Buffer(packed.begin(), packed.end());
    case kMethodDeflated:
      return decode(Codec::kDeflate, packed, size_max, limits);
    case kMethodZstd:
      return decode(Codec::kZstd, packed, size_max, limits);
    default:
      return make_error(ErrorCode::kUnsupported, "ZIP entry: method {} is unknown", entry.method);
  }
}

}  // namespace sigla::sourcebundle
