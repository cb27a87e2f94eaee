// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/misc_info.h"

#include "base/utf16.h"

namespace sigla::minidump {
namespace {

// Where version 4 put BuildString (260 UTF-16 units).
constexpr std::size_t kBuildStringOffset = 232;
constexpr std::size_t kBuildStringSize = 520;

}  // namespace

Result<MiscInfo> read_misc_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MiscInfoStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t size = reader.u32();
  const std::uint32_t flags = reader.u32();
  const std::uint32_t process_id = reader.u32();
  const std::uint32_t process_create_time = reader.u32();
  reader.skip(8);  // user and kernel time
  SIGLA_TRY(reader.finish("minidump miscellaneous information"));
  if (size != stream.size()) {
    return malformed(
        "minidump miscellaneous information: says {} bytes, has {}", size, stream.size());
  }
  MiscInfo info;
  if ((flags & MINIDUMP_MISC1_PROCESS_ID) != 0) info.process_id = process_id;
  if ((flags & MINIDUMP_MISC1_PROCESS_TIMES) != 0) info.process_create_time = process_create_time;
  if ((flags & MINIDUMP_MISC4_BUILDSTRING) != 0 &&
      stream.size() >= kBuildStringOffset + kBuildStringSize) {
    info.build_string =
        utf16_to_utf8(image.reader(stream.subspan(kBuildStringOffset, kBuildStringSize)));
  }
  return info;
}

}  // namespace sigla::minidump
