// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/system_info.h"

namespace sigla::minidump {

Arch to_arch(std::uint16_t processor_architecture) {
  switch (processor_architecture) {
    case PROCESSOR_ARCHITECTURE_INTEL:
    case PROCESSOR_ARCHITECTURE_IA32_ON_WIN64:
      return Arch::kX86;
    case PROCESSOR_ARCHITECTURE_MIPS:
      return Arch::kMips;
    case PROCESSOR_ARCHITECTURE_PPC:
      return Arch::kPpc;
    case PROCESSOR_ARCHITECTURE_ARM:
      return Arch::kArm;
    case PROCESSOR_ARCHITECTURE_IA64:
      return Arch::kIa64;
    case PROCESSOR_ARCHITECTURE_AMD64:
      return Arch::kX86_64;
    case PROCESSOR_ARCHITECTURE_ARM64:
    case MD_CPU_ARCHITECTURE_ARM64_OLD:
      return Arch::kArm64;
    case MD_CPU_ARCHITECTURE_SPARC:
      return Arch::kSparc;
    case MD_CPU_ARCHITECTURE_PPC64:
      return Arch::kPpc64;
    case MD_CPU_ARCHITECTURE_MIPS64:
      return Arch::kMips64;
    case MD_CPU_ARCHITECTURE_RISCV:
      return Arch::kRiscv32;
    case MD_CPU_ARCHITECTURE_RISCV64:
      return Arch::kRiscv64;
    default:
      return Arch::kUnknown;
  }
}

Arch SystemInfo::arch() const { return to_arch(raw.ProcessorArchitecture); }

bool SystemInfo::is_windows() const {
  return raw.PlatformId == VER_PLATFORM_WIN32_NT || raw.PlatformId == VER_PLATFORM_WIN32_WINDOWS;
}

std::string SystemInfo::cpu_vendor() const {
  std::string vendor;
  if (arch() != Arch::kX86) return vendor;
  for (std::size_t word = 0; word < 3; ++word) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const char letter = static_cast<char>((raw.Cpu[word] >> shift) & 0xffU);
      if (letter == '\0') return vendor;
      vendor += letter;
    }
  }
  return vendor;
}

Result<SystemInfo> read_system_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(SystemInfoStream));
  if (stream.size() != MINIDUMP_SYSTEM_INFO::kSize) {
    return malformed("minidump system information: {} bytes, expected {}",
                     stream.size(),
                     MINIDUMP_SYSTEM_INFO::kSize);
  }
  ByteReader reader = image.reader(stream);
  SystemInfo info;
  info.raw = MINIDUMP_SYSTEM_INFO::read(reader);
  auto csd_version = image.utf16_string(info.raw.CSDVersionRva);
  if (csd_version.has_value()) info.csd_version = std::move(csd_version).value();
  return info;
}

}  // namespace sigla::minidump
