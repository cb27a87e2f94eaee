// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/minidump_details.h"

#include "base/text.h"
#include "formats/minidump/linux_maps.h"
#include "formats/minidump/misc_info.h"
#include "stackwalk/optional_stream.h"

namespace sigla {
namespace {

// "0xf0" of /proc/cpuinfo.
std::optional<std::uint64_t> microcode_of(std::string_view cpu_info) {
  const auto text = minidump::find_proc_value(cpu_info, "microcode");
  if (!text || !text->starts_with("0x")) return std::nullopt;
  return parse_hex(std::string_view(*text).substr(2));
}

std::size_t pointer_width(Arch arch) {
  switch (arch) {
    case Arch::kX86:
    case Arch::kArm:
    case Arch::kMips:
    case Arch::kPpc:
    case Arch::kRiscv32:
      return 4;
    default:
      return 8;
  }
}

}  // namespace

ProcessDetails read_process_details(const minidump::Image& image,
                                    Arch arch,
                                    Diagnostics& diagnostics) {
  const auto text = [&](std::uint32_t type) {
    return optional_stream(minidump::read_text(image, type), diagnostics);
  };
  ProcessDetails details;
  details.handles = optional_stream(minidump::read_handles(image), diagnostics);
  details.mac_crash_info = optional_stream(minidump::read_mac_crash_info(image), diagnostics);
  details.mac_boot_args = optional_stream(minidump::read_mac_boot_args(image), diagnostics);
  if (auto words =
          optional_stream(minidump::read_texts(image, minidump::MD_LINUX_CMD_LINE), diagnostics)) {
    details.command_line = std::move(*words);
  }
  details.auxv = optional_stream(minidump::read_auxv(image, pointer_width(arch)), diagnostics);
  if (const auto release = text(minidump::MD_LINUX_LSB_RELEASE)) {
    details.lsb_release = minidump::parse_lsb_release(*release);
  }
  if (const auto limits = text(minidump::MOZ_LINUX_LIMITS)) {
    details.limits = minidump::parse_proc_limits(*limits);
  }
  if (const auto cpu_info = text(minidump::MD_LINUX_CPU_INFO)) {
    details.microcode_version = microcode_of(*cpu_info);
  }
  if (const auto errors = text(minidump::MOZ_SOFT_ERRORS)) details.soft_errors = to_utf8(*errors);
  if (const auto maps = optional_stream(minidump::read_linux_maps(image), diagnostics)) {
    details.mapping_count = static_cast<std::uint32_t>(maps->size());
  }
  if (const auto misc = optional_stream(minidump::read_misc_info(image), diagnostics)) {
    details.build_string = misc->build_string;
    details.integrity_level = misc->integrity_level;
  }
  return details;
}

}  // namespace sigla
