// SPDX-License-Identifier: Apache-2.0
// The members of rust-minidump's JSON that describe the system and the process; ours has most of
// them in the same shape (write_json.cc).
#pragma once

#include <string>

#include "base/json_writer.h"
#include "symbolicate/report.h"

namespace sigla {

// Digits of an address: 8 or 16.
int rust_minidump_pointer_width(const Report& report);
// "system_info".
void write_rust_minidump_system(const Report& report, JsonWriter& json);
// "lsb_release", "mac_boot_args", "mac_crash_info".
void write_rust_minidump_details(const Report& report, JsonWriter& json);
// "handles".
void write_rust_minidump_handles(const Report& report, JsonWriter& json);
// "soft_errors": what the dump's writer left, when it is JSON.
void write_rust_minidump_soft_errors(const Report& report, JsonWriter& json);
// "proc_limits".
void write_rust_minidump_limits(const Report& report, JsonWriter& json);
std::string rust_minidump_last_error(std::uint32_t error);

}  // namespace sigla
