// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/mac_info.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::minidump {
namespace {

constexpr std::size_t kRecordsMax = 20;
constexpr std::size_t kTextSizeMax = 8192;
constexpr std::string_view kWhat = "macOS crash information";

Result<MacCrashRecord> read_record(const Image& image,
                                   const MINIDUMP_LOCATION_DESCRIPTOR& location,
                                   std::uint32_t texts_offset) {
  SIGLA_TRY_ASSIGN(const Bytes bytes, image.at(location, kWhat));
  ByteReader reader = image.reader(bytes);
  reader.skip(8);  // the stream's type again
  const std::uint64_t version = reader.u64();
  MacCrashRecord record;
  if (version >= 4) {
    record.thread = reader.u64();
    record.dialog_mode = reader.u64();
  }
  if (version >= 5) record.abort_cause = reader.u64();
  SIGLA_TRY(reader.finish(kWhat));
  if (texts_offset < reader.position()) {
    return malformed("{}: texts at {}, inside the record", kWhat, texts_offset);
  }
  if (version < 4) return record;
  reader.seek(texts_offset);
  const auto text = [&reader] { return to_utf8(reader.cstring(kTextSizeMax)); };
  record.module = text();
  record.message = text();
  record.signature_string = text();
  record.backtrace = text();
  record.message2 = text();
  SIGLA_TRY(reader.finish(kWhat));
  return record;
}

}  // namespace

Result<std::vector<MacCrashRecord>> read_mac_crash_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MOZ_MACOS_CRASH_INFO_STREAM));
  ByteReader reader = image.reader(stream);
  reader.skip(4);
  const std::uint32_t count = reader.u32();
  const std::uint32_t texts_offset = reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  std::vector<MacCrashRecord> records;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, kRecordsMax); ++i) {
    const auto location = MINIDUMP_LOCATION_DESCRIPTOR::read(reader);
    SIGLA_TRY(reader.finish(kWhat));
    SIGLA_TRY_ASSIGN(auto record, read_record(image, location, texts_offset));
    records.push_back(std::move(record));
  }
  return records;
}

Result<std::string> read_mac_boot_args(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MOZ_MACOS_BOOTARGS_STREAM));
  ByteReader reader = image.reader(stream);
  reader.skip(4);
  const std::uint64_t offset = reader.u64();
  SIGLA_TRY(reader.finish("macOS boot arguments"));
  return image.utf16_string(offset);
}

}  // namespace sigla::minidump
