// SPDX-License-Identifier: Apache-2.0
// The copies of /proc and /etc files in dumps of Linux, as text: Breakpad's streams (cpuinfo,
// status, lsb-release, cmdline, environ, auxv; proc(5)) and Mozilla's (limits, soft errors).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct LsbRelease {
  std::string id;
  std::string release;
  std::string codename;
  std::string description;
};

// One line of /proc/PID/limits; nothing is "unlimited".
struct ProcLimit {
  std::string name;  // "Max open files"
  std::optional<std::uint64_t> soft;
  std::optional<std::uint64_t> hard;
  std::string unit;  // "files"; "n/a" when there is none
};

struct AuxvEntry {
  std::uint64_t type = 0;  // AT_*
  std::uint64_t value = 0;
};

// What stands behind `key` and a colon in cpuinfo or status; nothing when it does not stand there.
std::optional<std::string> find_proc_value(std::string_view text, std::string_view key);
// Keys of lsb-release and os-release; values with or without quotes.
LsbRelease parse_lsb_release(std::string_view text);
std::vector<ProcLimit> parse_proc_limits(std::string_view text);

// `type` is one of the MD_LINUX_* and MOZ_* types of text; the bytes as they are.
Result<std::string_view> read_text(const Image& image, std::uint32_t type);
// cmdline and environ: parts that end in NUL.
Result<std::vector<std::string>> read_texts(const Image& image, std::uint32_t type);
// Of a process whose pointers have `width` bytes; up to AT_NULL.
Result<std::vector<AuxvEntry>> read_auxv(const Image& image, std::size_t width);
// "AT_PHDR"; empty for types that no system of today writes.
std::string_view auxv_name(std::uint64_t type);

}  // namespace sigla::minidump
