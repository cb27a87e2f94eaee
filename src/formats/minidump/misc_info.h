// SPDX-License-Identifier: Apache-2.0
// The miscellaneous information stream (minidumpapiset.h MINIDUMP_MISC_INFO to _5): process id,
// times, the processor's clock, rights of the process, time zone, build strings. Each version is
// the one before it and more behind it.
//
//   1    0  SizeOfInfo, Flags1, ProcessId, ProcessCreateTime, UserTime, KernelTime
//   2   24  ProcessorMaxMhz, CurrentMhz, MhzLimit, MaxIdleState, CurrentIdleState
//   3   44  IntegrityLevel, ExecuteFlags, ProtectedProcess, TimeZoneId, TimeZone (172 bytes)
//   4  232  BuildString (260 UTF-16 units), DbgBldStr (40)
//   5  832  XStateData (528 bytes), ProcessCookie
#pragma once

#include <optional>
#include <string>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct MiscInfo {
  std::optional<std::uint32_t> process_id;
  std::optional<std::uint32_t> process_create_time;  // seconds since 1970
  std::optional<std::uint32_t> user_time;            // seconds, as kernel_time
  std::optional<std::uint32_t> kernel_time;
  std::optional<std::uint32_t> processor_max_mhz;
  std::optional<std::uint32_t> processor_current_mhz;
  std::optional<std::uint32_t> integrity_level;  // SECURITY_MANDATORY_*_RID
  std::optional<std::uint32_t> execute_flags;
  std::optional<std::uint32_t> protected_process;
  std::optional<std::int32_t> time_zone_bias;  // minutes from local time to UTC
  std::string time_zone;                       // standard name
  std::string build_string;                    // of the system
  std::string debug_build_string;              // of what wrote the dump
  std::optional<std::uint32_t> process_cookie;
};

Result<MiscInfo> read_misc_info(const Image& image);

}  // namespace sigla::minidump
