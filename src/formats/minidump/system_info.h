// SPDX-License-Identifier: Apache-2.0
// The system information stream: operating system and processor.
#pragma once

#include <optional>
#include <string>

#include "formats/minidump/image.h"
#include "ident/identity.h"

namespace sigla::minidump {

struct SystemInfo {
  MINIDUMP_SYSTEM_INFO raw;
  // "Service Pack 2", or what a Unix says of its kernel; nothing when the dump carries no such
  // text.
  std::optional<std::string> csd_version;

  Arch arch() const;
  bool is_windows() const;
  // The twelve letters of an x86 processor's maker ("GenuineIntel"); empty for others.
  std::string cpu_vendor() const;
};

Result<SystemInfo> read_system_info(const Image& image);
Arch to_arch(std::uint16_t processor_architecture);

}  // namespace sigla::minidump
