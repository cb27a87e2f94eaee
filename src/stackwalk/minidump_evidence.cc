// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/minidump_evidence.h"

#include <algorithm>

#include "formats/minidump/linux_maps.h"
#include "stackwalk/optional_stream.h"

namespace sigla {
namespace {

// winnt.h
constexpr std::uint32_t kMemCommit = 0x1000;
constexpr std::uint32_t kPageGuard = 0x100;
constexpr std::uint32_t kReadable = 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80;  // PAGE_*
constexpr std::uint32_t kWritable = 0x04 | 0x08 | 0x40 | 0x80;
constexpr std::uint32_t kExecutable = 0x10 | 0x20 | 0x40 | 0x80;

CrashSystem system_of(const minidump::SystemInfo* info) {
  switch (info == nullptr ? UINT32_MAX : info->raw.PlatformId) {
    case minidump::VER_PLATFORM_WIN32_NT:
    case minidump::VER_PLATFORM_WIN32_WINDOWS:
      return CrashSystem::kWindows;
    case minidump::MD_OS_LINUX:
      return CrashSystem::kLinux;
    case minidump::MD_OS_ANDROID:
      return CrashSystem::kAndroid;
    case minidump::MD_OS_MAC_OS_X:
      return CrashSystem::kMac;
    case minidump::MD_OS_IOS:
      return CrashSystem::kIos;
    case minidump::MD_OS_FUCHSIA:
      return CrashSystem::kFuchsia;
    default:
      return CrashSystem::kOther;
  }
}

MemoryMapping to_mapping(const minidump::MINIDUMP_MEMORY_INFO& info) {
  MemoryMapping mapping;
  mapping.begin = info.BaseAddress;
  mapping.end = info.BaseAddress + info.RegionSize;
  if (info.State == kMemCommit) {
    mapping.readable = (info.Protect & kReadable) != 0;
    mapping.writable = (info.Protect & kWritable) != 0;
    mapping.executable = (info.Protect & kExecutable) != 0;
    mapping.is_guard = (info.Protect & kPageGuard) != 0;
  }
  return mapping;
}

MemoryMapping to_mapping(minidump::LinuxMapping&& raw) {
  MemoryMapping mapping;
  mapping.begin = raw.begin;
  mapping.end = raw.end;
  mapping.readable = raw.readable;
  mapping.writable = raw.writable;
  mapping.executable = raw.executable;
  mapping.name = std::move(raw.path);
  return mapping;
}

template <typename Source>
std::vector<MemoryMapping> to_mappings(std::vector<Source> sources) {
  std::vector<MemoryMapping> mappings;
  mappings.reserve(sources.size());
  for (Source& source : sources) mappings.push_back(to_mapping(std::move(source)));
  std::stable_sort(mappings.begin(), mappings.end(), [](const auto& a, const auto& b) {
    return a.begin < b.begin;
  });
  return mappings;
}

}  // namespace

CrashEvidence read_crash_evidence(const minidump::Image& image,
                                  const minidump::SystemInfo* system_info,
                                  const minidump::MINIDUMP_EXCEPTION_STREAM* exception,
                                  Diagnostics& diagnostics) {
  CrashEvidence evidence;
  evidence.system = system_of(system_info);
  evidence.memory = optional_stream(minidump::read_memory(image), diagnostics);
  evidence.memory64 = optional_stream(minidump::read_memory64(image), diagnostics);
  if (auto maps = optional_stream(minidump::read_linux_maps(image), diagnostics)) {
    evidence.mappings = to_mappings(std::move(*maps));
  } else if (auto infos = optional_stream(minidump::read_memory_info(image), diagnostics)) {
    evidence.mappings = to_mappings(std::move(*infos));
  }
  if (exception == nullptr) return evidence;
  CrashException& crash = evidence.exception.emplace();
  crash.code = exception->ExceptionCode;
  crash.flags = exception->ExceptionFlags;
  crash.address = describe_exception(*exception, system_info).address;
  const std::size_t count =
      std::min<std::size_t>(exception->NumberParameters, exception->ExceptionInformation.size());
  const auto* first = exception->ExceptionInformation.data();
  crash.parameters.assign(first, first + count);
  crash.context = optional_stream(
      minidump::read_context(image, exception->ThreadContext, system_info), diagnostics);
  return evidence;
}

}  // namespace sigla
