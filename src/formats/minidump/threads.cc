// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/threads.h"

#include <set>

#include "formats/minidump/list.h"

namespace sigla::minidump {
namespace {

struct MINIDUMP_THREAD_NAME {
  static constexpr std::size_t kSize = 12;
  std::uint32_t ThreadId = 0;
  std::uint64_t RvaOfThreadName = 0;

  static MINIDUMP_THREAD_NAME read(ByteReader& reader) {
    MINIDUMP_THREAD_NAME r;
    r.ThreadId = reader.u32();
    r.RvaOfThreadName = reader.u64();
    return r;
  }
};

}  // namespace

Result<std::vector<Thread>> read_threads(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(ThreadListStream));
  SIGLA_TRY_ASSIGN(
      const auto records,
      read_list<MINIDUMP_THREAD>(
          image, stream, image.limits().minidump_thread_count_max, "minidump thread list"));
  std::vector<Thread> threads;
  threads.reserve(records.size());
  std::set<std::uint32_t> ids;
  for (const MINIDUMP_THREAD& record : records) {
    if (!ids.insert(record.ThreadId).second) {
      return malformed("minidump thread list: thread {:#x} is there twice", record.ThreadId);
    }
    Thread thread;
    thread.raw = record;
    if (record.Stack.Memory.Rva != 0) thread.stack = read_memory_region(image, record.Stack);
    threads.push_back(thread);
  }
  return threads;
}

Result<std::map<std::uint32_t, std::string>> read_thread_names(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(ThreadNamesStream));
  SIGLA_TRY_ASSIGN(
      const auto records,
      read_list<MINIDUMP_THREAD_NAME>(
          image, stream, image.limits().minidump_thread_count_max, "minidump thread names"));
  std::map<std::uint32_t, std::string> names;
  for (const MINIDUMP_THREAD_NAME& record : records) {
    auto name = image.utf16_string(record.RvaOfThreadName);
    if (name.has_value()) names.emplace(record.ThreadId, std::move(name).value());
  }
  return names;
}

}  // namespace sigla::minidump
