// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/system_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla {
namespace {

using minidump::MINIDUMP_SYSTEM_INFO;

struct Name {
  std::uint32_t number;
  std::string_view name;
};

constexpr Name kSystems[] = {
    {minidump::VER_PLATFORM_WIN32_NT, "Windows NT"},
    {minidump::VER_PLATFORM_WIN32_WINDOWS, "Windows"},
    {minidump::MD_OS_MAC_OS_X, "Mac OS X"},
    {minidump::MD_OS_IOS, "iOS"},
    {minidump::MD_OS_LINUX, "Linux"},
    {minidump::MD_OS_SOLARIS, "Solaris"},
    {minidump::MD_OS_ANDROID, "Android"},
    {minidump::MD_OS_PS3, "PS3"},
    {minidump::MD_OS_NACL, "NaCl"},
    {minidump::MD_OS_FUCHSIA, "Fuchsia"},
};

constexpr Name kProcessors[] = {
    {minidump::PROCESSOR_ARCHITECTURE_INTEL, "x86"},
    {minidump::PROCESSOR_ARCHITECTURE_AMD64, "amd64"},
    {minidump::PROCESSOR_ARCHITECTURE_PPC, "ppc"},
    {minidump::MD_CPU_ARCHITECTURE_PPC64, "ppc64"},
    {minidump::MD_CPU_ARCHITECTURE_SPARC, "sparc"},
    {minidump::PROCESSOR_ARCHITECTURE_ARM, "arm"},
    {minidump::PROCESSOR_ARCHITECTURE_ARM64, "arm64"},
    {minidump::MD_CPU_ARCHITECTURE_ARM64_OLD, "arm64"},
    {minidump::PROCESSOR_ARCHITECTURE_MIPS, "mips"},
    {minidump::MD_CPU_ARCHITECTURE_MIPS64, "mips64"},
    {minidump::MD_CPU_ARCHITECTURE_RISCV, "riscv"},
    {minidump::MD_CPU_ARCHITECTURE_RISCV64, "riscv64"},
};

// Bits 31..24 of ARM's MIDR.
constexpr Name kArmMakers[] = {
    {0x41, "ARM"},
    {0x51, "Qualcomm"},
    {0x56, "Marvell"},
    {0x69, "Intel/Marvell"},
};
// MIDR without variant and revision.
constexpr Name kArmParts[] = {
    {0x4100c050, "Cortex-A5"},
    {0x4100c080, "Cortex-A8"},
    {0x4100c090, "Cortex-A9"},
    {0x4100c0f0, "Cortex-A15"},
    {0x4100c140, "Cortex-R4"},
    {0x4100c150, "Cortex-R5"},
    {0x4100b360, "ARM1136"},
    {0x4100b560, "ARM1156"},
    {0x4100b760, "ARM1176"},
    {0x4100b020, "ARM11-MPCore"},
    {0x41009260, "ARM926"},
    {0x41009460, "ARM946"},
    {0x41009660, "ARM966"},
    {0x510006f0, "Krait"},
    {0x510000f0, "Scorpion"},
};
// AT_HWCAP of 32-bit ARM Linux.
constexpr std::string_view kArmFeatures[] = {"swp",
                                             "half",
                                             "thumb",
                                             "26bit",
                                             "fastmult",
                                             "fpa",
                                             "vfpv2",
                                             "edsp",
                                             "java",
                                             "iwmmxt",
                                             "crunch",
                                             "thumbee",
                                             "neon",
                                             "vfpv3",
                                             "vfpv3d16",
                                             "tls",
                                             "vfpv4",
                                             "idiva",
                                             "idivt"};

template <std::size_t kCount>
std::string_view find(const Name (&names)[kCount], std::uint32_t number) {
  for (const Name& name : names) {
    if (name.number == number) return name.name;
  }
  return {};
}

std::string arm_info(const MINIDUMP_SYSTEM_INFO& raw) {
  std::string text = fmt::format("ARMv{}", raw.ProcessorLevel);
  const std::uint32_t cpuid = raw.Cpu[0];
  if (cpuid != 0) {
    const std::string_view maker = find(kArmMakers, cpuid >> 24U);
    const std::string_view part = find(kArmParts, cpuid & 0xff00fff0U);
    text += maker.empty() ? fmt::format(" vendor(0x{:x})", cpuid >> 24U) : " " + std::string(maker);
    text +=
        part.empty() ? fmt::format(" part(0x{:x})", cpuid & 0xff00fff0U) : " " + std::string(part);
  }
  if (raw.Cpu[1] != 0) {
    text += " features: ";
    bool is_first = true;
    for (unsigned bit = 0; bit < std::size(kArmFeatures); ++bit) {
      if (((raw.Cpu[1] >> bit) & 1U) == 0) continue;
      if (!is_first) text += ",";
      text += kArmFeatures[bit];
      is_first = false;
    }
  }
  return text;
}

std::string cpu_info(const minidump::SystemInfo& info) {
  const MINIDUMP_SYSTEM_INFO& raw = info.raw;
  switch (raw.ProcessorArchitecture) {
    case minidump::PROCESSOR_ARCHITECTURE_INTEL:
    case minidump::PROCESSOR_ARCHITECTURE_AMD64: {
      std::string text;
      if (raw.ProcessorArchitecture == minidump::PROCESSOR_ARCHITECTURE_INTEL) {
        text = to_utf8(info.cpu_vendor()) + " ";
      }
      return text + fmt::format("family {} model {} stepping {}",
                                raw.ProcessorLevel,
                                raw.ProcessorRevision >> 8U,
                                raw.ProcessorRevision & 0xffU);
    }
    case minidump::PROCESSOR_ARCHITECTURE_ARM:
      return arm_info(raw);
    default:
      return {};
  }
}

}  // namespace

SystemText describe_system(const minidump::SystemInfo& info) {
  const MINIDUMP_SYSTEM_INFO& raw = info.raw;
  SystemText text;
  text.os = find(kSystems, raw.PlatformId);
  if (text.os.empty()) text.os = fmt::format("0x{:08x}", raw.PlatformId);
  text.os_version = fmt::format("{}.{}.{}", raw.MajorVersion, raw.MinorVersion, raw.BuildNumber);
  if (info.csd_version) text.os_version += " " + *info.csd_version;
  text.cpu = find(kProcessors, raw.ProcessorArchitecture);
  if (text.cpu.empty()) text.cpu = fmt::format("0x{:04x}", raw.ProcessorArchitecture);
  text.cpu_info = cpu_info(info);
  text.cpu_count = raw.NumberOfProcessors;
  return text;
}

}  // namespace sigla
