// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_thread_info.h"

#include <fmt/format.h>

namespace sigla {
namespace {

constexpr double kUnitsPerSecond = 10'000'000;                 // of 100 ns
constexpr std::uint64_t kUnixEpoch = 116'444'736'000'000'000;  // 1970 as a FILETIME
constexpr std::uint32_t kStillActive = 0x103;

// MINIDUMP_THREAD_INFO_*, minidumpapiset.h.
constexpr std::string_view kFlagNames[] = {
    "error", "wrote_dump", "exited", "invalid_info", "invalid_context", "invalid_teb"};

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

void write_time(std::string_view name, std::uint64_t file_time, JsonWriter& json) {
  json.key(name);
  if (file_time < kUnixEpoch) {
    json.null();
  } else {
    json.value(static_cast<double>(file_time - kUnixEpoch) / kUnitsPerSecond);
  }
}

}  // namespace

void write_thread_info(const std::optional<minidump::ThreadInfo>& info, JsonWriter& json) {
  json.key("info");
  if (!info) {
    json.null();
    return;
  }
  json.begin_object();
  json.text_or_null("start_address", info->start_address == 0 ? "" : hex(info->start_address));
  write_time("created", info->create_time, json);
  write_time("exited", info->exit_time, json);
  json.text_or_null("exit_status", info->exit_status == kStillActive ? "" : hex(info->exit_status));
  json.member("kernel_seconds", static_cast<double>(info->kernel_time) / kUnitsPerSecond);
  json.member("user_seconds", static_cast<double>(info->user_time) / kUnitsPerSecond);
  json.key("flags").begin_array();
  for (std::size_t i = 0; i < std::size(kFlagNames); ++i) {
    if (((info->dump_flags >> i) & 1U) != 0) json.value(kFlagNames[i]);
  }
  json.end_array().end_object();
}

void write_auxv(const std::optional<std::vector<minidump::AuxvEntry>>& auxv, JsonWriter& json) {
  json.key("auxv");
  if (!auxv) {
    json.null();
    return;
  }
  json.begin_array();
  for (const minidump::AuxvEntry& entry : *auxv) {
    json.begin_object().member("type", entry.type);
    json.text_or_null("name", minidump::auxv_name(entry.type));
    json.member("value", hex(entry.value)).end_object();
  }
  json.end_array();
}

}  // namespace sigla
