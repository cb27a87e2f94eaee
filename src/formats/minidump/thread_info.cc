// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/thread_info.h"

namespace sigla::minidump {
namespace {

constexpr std::uint32_t kHeaderSize = 12;
constexpr std::uint32_t kEntrySize = 64;
constexpr std::string_view kWhat = "minidump thread information";

}  // namespace

Result<std::map<std::uint32_t, ThreadInfo>> read_thread_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(ThreadInfoListStream));
  ByteReader reader = image.reader(stream);
  const std::uint32_t header_size = reader.u32();
  const std::uint32_t entry_size = reader.u32();
  const std::uint32_t count = reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  if (header_size < kHeaderSize || entry_size < kEntrySize) {
    return malformed("{}: header of {} bytes, entries of {}", kWhat, header_size, entry_size);
  }
  if (count > image.limits().minidump_thread_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "{}: {} entries are more than the limit of {}",
                      kWhat,
                      count,
                      image.limits().minidump_thread_count_max);
  }
  reader.seek(header_size);
  std::map<std::uint32_t, ThreadInfo> infos;
  for (std::uint32_t i = 0; i < count; ++i) {
    ByteReader entry = reader.sub(entry_size);
    SIGLA_TRY(reader.finish(kWhat));
    const std::uint32_t id = entry.u32();
    ThreadInfo info;
    info.dump_flags = entry.u32();
    entry.skip(4);  // DumpError
    info.exit_status = entry.u32();
    info.create_time = entry.u64();
    info.exit_time = entry.u64();
    info.kernel_time = entry.u64();
    info.user_time = entry.u64();
    info.start_address = entry.u64();
    infos.emplace(id, info);
  }
  return infos;
}

}  // namespace sigla::minidump
