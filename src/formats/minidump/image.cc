// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/image.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/utf16.h"

namespace sigla::minidump {
namespace {

constexpr bool may_be_there_once(std::uint32_t type) {
  switch (type) {
    case ThreadListStream:
    case ThreadNamesStream:
    case ModuleListStream:
    case MemoryListStream:
    case ExceptionStream:
    case SystemInfoStream:
    case MiscInfoStream:
    case MD_BREAKPAD_INFO_STREAM:
    case MD_CRASHPAD_INFO_STREAM:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Image> Image::open(Bytes file, const Limits& limits) {
  if (file.size() > limits.minidump_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "minidump: {} bytes are more than the limit of {}",
                      file.size(),
                      limits.minidump_size_max);
  }
  Image image(file, limits);
  ByteReader reader(file);
  image.header_ = MINIDUMP_HEADER::read(reader);
  if (image.header_.Signature == __builtin_bswap32(MINIDUMP_SIGNATURE)) {
    image.order_ = std::endian::big;
    reader = ByteReader(file, std::endian::big);
    image.header_ = MINIDUMP_HEADER::read(reader);
  }
  SIGLA_TRY(reader.finish("minidump header"));
  const MINIDUMP_HEADER& header = image.header_;
  if (header.Signature != MINIDUMP_SIGNATURE) {
    return malformed("minidump header: wrong signature at offset 0");
  }
  if ((header.Version & 0xffffU) != MINIDUMP_VERSION) {
    return make_error(ErrorCode::kUnsupported,
                      "minidump header: version {:#x}, expected {:#x}",
                      header.Version & 0xffffU,
                      MINIDUMP_VERSION);
  }
  if (header.NumberOfStreams > limits.minidump_stream_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "minidump directory: {} streams are more than the limit of {}",
                      header.NumberOfStreams,
                      limits.minidump_stream_count_max);
  }
  SIGLA_TRY_ASSIGN(const Bytes directory,
                   image.at(header.StreamDirectoryRva,
                            header.NumberOfStreams * MINIDUMP_DIRECTORY::kSize,
                            "minidump directory"));
  ByteReader entries = image.reader(directory);
  std::set<std::uint32_t> seen;
  for (std::uint32_t i = 0; i < header.NumberOfStreams; ++i) {
    const auto entry = MINIDUMP_DIRECTORY::read(entries);
    if (may_be_there_once(entry.StreamType) && !seen.insert(entry.StreamType).second) {
      return malformed("minidump directory: stream type {} is there twice", entry.StreamType);
    }
    image.directory_.push_back(entry);
  }
  SIGLA_TRY(entries.finish("minidump directory"));
  return image;
}

Result<Bytes> Image::stream(std::uint32_t type) const {
  const auto found = std::find_if(directory_.rbegin(),
                                  directory_.rend(),
                                  [type](const auto& entry) { return entry.StreamType == type; });
  if (found == directory_.rend()) {
    return make_error(ErrorCode::kNotFound, "minidump: no stream of type {:#x}", type);
  }
  return at(found->Location, "minidump stream");
}

Result<Bytes> Image::at(const MINIDUMP_LOCATION_DESCRIPTOR& location, std::string_view what) const {
  return slice(file_, location.Rva, location.DataSize, what);
}

Result<Bytes> Image::at(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
  return slice(file_, offset, size, what);
}

Result<ByteReader> Image::reader_from(std::uint64_t offset, std::string_view what) const {
  if (offset > file_.size()) {
    return malformed("{}: offset {} is past the end at {}", what, offset, file_.size());
  }
  return reader(file_.subspan(offset));
}

Result<std::string> Image::utf16_string(std::uint64_t offset) const {
  SIGLA_TRY_ASSIGN(ByteReader reader, reader_from(offset, "minidump string"));
  const std::uint32_t size = reader.u32();
  if (size > limits_.minidump_string_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "minidump string at offset {}: {} bytes are more than the limit of {}",
                      offset,
                      size,
                      limits_.minidump_string_size_max);
  }
  const ByteReader units = reader.sub(size);
  SIGLA_TRY(reader.finish("minidump string"));
  if (size % 2 != 0) return malformed("minidump string at offset {}: odd size {}", offset, size);
  return utf16_to_utf8(units);
}

Result<std::string> Image::utf8_string(std::uint64_t offset) const {
  SIGLA_TRY_ASSIGN(ByteReader reader, reader_from(offset, "minidump UTF-8 string"));
  const std::uint32_t size = reader.u32();
  if (size > limits_.minidump_string_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "minidump UTF-8 string at offset {}: {} bytes are more than the limit of {}",
                      offset,
                      size,
                      limits_.minidump_string_size_max);
  }
  const std::string_view text = as_text(reader.bytes(size));
  SIGLA_TRY(reader.finish("minidump UTF-8 string"));
  return to_utf8(text.substr(0, text.find('\0')));
}

}  // namespace sigla::minidump
