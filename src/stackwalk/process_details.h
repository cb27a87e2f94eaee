// SPDX-License-Identifier: Apache-2.0
// What a dump tells of a process and its machine beside stacks and memory: for reports, not for
// walking. Everything is optional; most dumps have little of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/minidump/handles.h"
#include "formats/minidump/linux_text.h"
#include "formats/minidump/mac_info.h"
#include "formats/minidump/thread_info.h"

namespace sigla {

struct ProcessDetails {
  std::vector<std::string> command_line;
  std::optional<std::vector<minidump::Handle>> handles;
  std::optional<minidump::LsbRelease> lsb_release;
  std::optional<std::vector<minidump::ProcLimit>> limits;
  std::optional<std::uint32_t> mapping_count;  // lines of /proc/PID/maps
  std::optional<std::uint64_t> microcode_version;
  std::optional<std::vector<minidump::MacCrashRecord>> mac_crash_info;
  std::optional<std::string> mac_boot_args;
  std::string soft_errors;  // JSON that the dump's writer left; whatever it wrote there
  std::string build_string;
  std::optional<std::uint32_t> integrity_level;
  std::optional<std::vector<minidump::AuxvEntry>> auxv;  // what the kernel told the program
  // The thread that only wrote the dump, and where it stood in the list of threads.
  struct DumpThread {
    std::uint32_t index = 0;
    std::uint32_t id = 0;
  };
  std::optional<DumpThread> dump_thread;
};

}  // namespace sigla
