// SPDX-License-Identifier: Apache-2.0
// What Mozilla's writers add to dumps of macOS: the crash messages that libraries left in their
// __DATA,__crash_info sections, and the kernel's boot arguments (rust-minidump's
// minidump-common/src/format.rs, MINIDUMP_MAC_CRASH_INFO and MINIDUMP_MAC_BOOTARGS).
//
//   stream   type u32, record_count u32, record_start_size u32, 20 locations of records
//   record   type u64, version u64, from version 4: thread u64, dialog_mode u64, from 5:
//            abort_cause u64; at record_start_size, from version 4, five texts ending in NUL
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct MacCrashRecord {
  std::optional<std::uint64_t> thread;
  std::optional<std::uint64_t> dialog_mode;
  std::optional<std::uint64_t> abort_cause;
  std::optional<std::string> module;  // nothing in records that are too old to have texts
  std::string message;
  std::string signature_string;
  std::string backtrace;
  std::string message2;
};

Result<std::vector<MacCrashRecord>> read_mac_crash_info(const Image& image);
Result<std::string> read_mac_boot_args(const Image& image);

}  // namespace sigla::minidump
