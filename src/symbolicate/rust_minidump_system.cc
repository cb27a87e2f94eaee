// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/rust_minidump_system.h"

#include <fmt/format.h>

#include "base/text.h"
#include "stackwalk/rust_crash_reason.h"
#include "symbolicate/json_text.h"

namespace sigla {
namespace {

bool has_32_bit_pointers(Arch arch) {
  return arch == Arch::kX86 || arch == Arch::kArm || arch == Arch::kMips || arch == Arch::kPpc ||
         arch == Arch::kSparc || arch == Arch::kRiscv32;
}

// "0.0.0 Linux 4.9.60 #1 SMP x86_64" to "4.9.60 #1 SMP": what uname says, without what it is of.
std::string linux_version(std::string_view text) {
  constexpr std::string_view kNoVersion = "0.0.0 ";
  if (!text.starts_with(kNoVersion)) return std::string(trim(text));
  std::vector<std::string_view> words = split(text.substr(kNoVersion.size()), ' ');
  if (words.size() < 3) return std::string(trim(text));
  const bool names_system = words.back() == "Linux/GNU";
  words.pop_back();
  if (names_system) words.pop_back();
  std::string version;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (i > 1) version += ' ';
    version += words[i];
  }
  return version;
}

void optional_hex(std::string_view name,
                  const std::optional<std::uint64_t>& number,
                  JsonWriter& json) {
  json.key(name);
  if (number) {
    json.value(fmt::format("0x{:016x}", *number));
  } else {
    json.null();
  }
}

void write_mac_crash(const std::vector<minidump::MacCrashRecord>& records, JsonWriter& json) {
  json.begin_object().member("num_records", records.size()).key("records").begin_array();
  for (const minidump::MacCrashRecord& record : records) {
    const auto text = [&](std::string_view name, const std::string& value) {
      json.key(name);
      if (record.module) {
        json.value(value);
      } else {
        json.null();
      }
    };
    json.begin_object();
    optional_hex("abort_cause", record.abort_cause, json);
    text("backtrace", record.backtrace);
    optional_hex("dialog_mode", record.dialog_mode, json);
    text("message", record.message);
    text("message2", record.message2);
    text("module", record.module.value_or(""));
    text("signature_string", record.signature_string);
    optional_hex("thread", record.thread, json);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_limit(const std::optional<std::uint64_t>& limit, JsonWriter& json) {
  if (limit) {
    json.value(*limit);
  } else {
    json.value("unlimited");
  }
}

}  // namespace

int rust_minidump_pointer_width(const Report& report) {
  return has_32_bit_pointers(report.arch) ? 8 : 16;
}

void write_rust_minidump_system(const Report& report, JsonWriter& json) {
  json.key("system_info").begin_object();
  json.member("cpu_arch", report.cpu).member("cpu_count", report.cpu_count);
  json.text_or_null("cpu_info", report.cpu_info);
  json.key("cpu_microcode_version");
  if (report.details.microcode_version) {
    json.value(fmt::format("0x{:x}", *report.details.microcode_version));
  } else {
    json.null();
  }
  json.member("os", report.os);
  json.member("os_ver",
              report.os == "Linux" ? linux_version(report.os_version)
                                   : std::string(trim(report.os_version)));
  json.end_object();
}

void write_rust_minidump_details(const Report& report, JsonWriter& json) {
  json.key("lsb_release");
  if (const auto& release = report.details.lsb_release) {
    json.begin_object().member("codename", release->codename);
    json.member("description", release->description).member("id", release->id);
    json.member("release", release->release).end_object();
  } else {
    json.null();
  }
  json.value_or_null("mac_boot_args", report.details.mac_boot_args);
  json.key("mac_crash_info");
  if (report.details.mac_crash_info) {
    write_mac_crash(*report.details.mac_crash_info, json);
  } else {
    json.null();
  }
}

void write_rust_minidump_limits(const Report& report, JsonWriter& json) {
  json.key("proc_limits");
  if (!report.details.limits) {
    json.null();
    return;
  }
  json.begin_object().key("limits").begin_array();
  for (const minidump::ProcLimit& limit : *report.details.limits) {
    json.begin_object().key("hard");
    write_limit(limit.hard, json);
    json.member("name", limit.name).key("soft");
    write_limit(limit.soft, json);
    json.member("unit", limit.unit).end_object();
  }
  json.end_array().end_object();
}

void write_rust_minidump_handles(const Report& report, JsonWriter& json) {
  json.key("handles");
  if (!report.details.handles) {
    json.null();
    return;
  }
  json.begin_array();
  for (const minidump::Handle& handle : *report.details.handles) {
    json.begin_object().member("handle", handle.handle);
    json.text_or_null("object_name", handle.object_name);
    json.text_or_null("type_name", handle.type_name);
    json.end_object();
  }
  json.end_array();
}

void write_rust_minidump_soft_errors(const Report& report, JsonWriter& json) {
  json.key("soft_errors");
  if (is_json(report.details.soft_errors)) {
    json.raw(report.details.soft_errors);
  } else {
    json.null();
  }
}

std::string rust_minidump_last_error(std::uint32_t error) { return windows_error_text(error); }

}  // namespace sigla
