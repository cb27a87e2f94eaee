// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/misc_info.h"

#include "base/utf16.h"

namespace sigla::minidump {
namespace {

constexpr std::string_view kWhat = "minidump miscellaneous information";

// Flags1 beyond those of raw.h.
constexpr std::uint32_t kHasPower = 0x4;
constexpr std::uint32_t kHasIntegrity = 0x10;
constexpr std::uint32_t kHasExecuteFlags = 0x20;
constexpr std::uint32_t kHasTimeZone = 0x40;
constexpr std::uint32_t kHasProtected = 0x80;
constexpr std::uint32_t kHasCookie = 0x200;

constexpr std::size_t kTimeZoneSize = 172;
constexpr std::size_t kTimeZoneNameSize = 64;
constexpr std::size_t kBuildStringSize = 520;
constexpr std::size_t kDebugBuildStringSize = 80;
constexpr std::size_t kXstateSize = 528;

// A part whose flag is set and that is there whole.
class Part {
 public:
  Part(ByteReader& reader, std::uint32_t flags, std::size_t size)
      : bytes_(reader.remaining() >= size ? reader.sub(size) : ByteReader({})),
        flags_(flags),
        is_there_(bytes_.remaining() == size) {}
  bool has(std::uint32_t flag) const { return is_there_ && (flags_ & flag) != 0; }
  std::optional<std::uint32_t> number(std::uint32_t flag) {
    const std::uint32_t value = is_there_ ? bytes_.u32() : 0;
    return has(flag) ? std::optional(value) : std::nullopt;
  }
  ByteReader& bytes() { return bytes_; }

 private:
  ByteReader bytes_;
  std::uint32_t flags_;
  bool is_there_;
};

void read_rights(Part part, MiscInfo& info) {
  info.integrity_level = part.number(kHasIntegrity);
  info.execute_flags = part.number(kHasExecuteFlags);
  info.protected_process = part.number(kHasProtected);
  if (!part.has(kHasTimeZone)) return;
  part.bytes().skip(4);  // whether daylight saving time was on
  info.time_zone_bias = static_cast<std::int32_t>(part.bytes().u32());
  info.time_zone = utf16_to_utf8(part.bytes().sub(kTimeZoneNameSize));
}

}  // namespace

Result<MiscInfo> read_misc_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MiscInfoStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t size = reader.u32();
  const std::uint32_t flags = reader.u32();
  Part first(reader, flags, 16);
  SIGLA_TRY(reader.finish(kWhat));
  if (size != stream.size()) {
    return malformed("{}: says {} bytes, has {}", kWhat, size, stream.size());
  }
  MiscInfo info;
  info.process_id = first.number(MINIDUMP_MISC1_PROCESS_ID);
  info.process_create_time = first.number(MINIDUMP_MISC1_PROCESS_TIMES);
  info.user_time = first.number(MINIDUMP_MISC1_PROCESS_TIMES);
  info.kernel_time = first.number(MINIDUMP_MISC1_PROCESS_TIMES);
  Part power(reader, flags, 20);
  info.processor_max_mhz = power.number(kHasPower);
  info.processor_current_mhz = power.number(kHasPower);
  read_rights(Part(reader, flags, 16 + kTimeZoneSize), info);
  Part build(reader, flags, kBuildStringSize + kDebugBuildStringSize);
  if (build.has(MINIDUMP_MISC4_BUILDSTRING)) {
    info.build_string = utf16_to_utf8(build.bytes().sub(kBuildStringSize));
    info.debug_build_string = utf16_to_utf8(build.bytes().sub(kDebugBuildStringSize));
  }
  Part last(reader, flags, kXstateSize + 4);
  if (last.has(kHasCookie)) {
    last.bytes().skip(kXstateSize);
    info.process_cookie = last.number(kHasCookie);
  }
  return info;
}

}  // namespace sigla::minidump
