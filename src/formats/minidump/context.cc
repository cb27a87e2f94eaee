// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/context.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sigla::minidump {
namespace {

constexpr std::size_t kX86Size = 716;
constexpr std::size_t kAmd64Size = 1232;
constexpr std::size_t kArmSize = 368;
constexpr std::size_t kArm64Size = 912;
constexpr std::size_t kArm64OldSize = 796;
constexpr std::size_t kPpcSize = 1004;
constexpr std::size_t kPpc64Size = 1160;
constexpr std::size_t kSparcSize = 584;
constexpr std::size_t kMipsSize = 600;
constexpr std::size_t kRiscvSize = 268;
constexpr std::size_t kRiscv64Size = 528;
constexpr std::size_t kXsaveSizeMax = 16384;  // what may follow an x86 or amd64 context

constexpr std::string_view kWhat = "minidump thread context";

// Byte offset of each register, in the order of the enumerations in the header.
constexpr std::array<std::size_t, kX86Count> kX86Offsets = {
    184, 196, 180, 176, 164, 172, 168, 160, 156};
constexpr std::array<std::size_t, kAmd64Count> kAmd64Offsets = {
    120, 136, 128, 144, 168, 176, 160, 152, 184, 192, 200, 208, 216, 224, 232, 240, 248};

std::uint64_t read_at(const Image& image, Bytes record, std::size_t offset, std::size_t size) {
  ByteReader reader = image.reader(record.subspan(offset, size));
  return size == 4 ? reader.u32() : reader.u64();
}

void read_consecutive(const Image& image,
                      Bytes record,
                      std::size_t offset,
                      std::size_t size,
                      std::size_t count,
                      Context& context) {
  for (std::size_t i = 0; i < count; ++i) {
    context.registers[i] = read_at(image, record, offset + i * size, size);
  }
}

Status check_system(Arch arch, bool is_old_arm64, const SystemInfo* system_info) {
  if (system_info == nullptr) return {};
  const Arch system = system_info->arch();
  const bool fits =
      arch == Arch::kX86
          ? system == Arch::kX86 || system == Arch::kX86_64  // WoW64
          : arch == system &&
                (arch != Arch::kArm64 || is_old_arm64 == (system_info->raw.ProcessorArchitecture ==
                                                          MD_CPU_ARCHITECTURE_ARM64_OLD));
  if (fits) return {};
  return malformed("{}: of {}, on a system of {}", kWhat, to_string(arch), to_string(system));
}

std::uint32_t system_flags(const SystemInfo* system_info) {
  if (system_info == nullptr) return 0;
  switch (system_info->raw.ProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_INTEL:
      return CONTEXT_X86;
    case PROCESSOR_ARCHITECTURE_MIPS:
      return CONTEXT_MIPS;
    case MD_CPU_ARCHITECTURE_MIPS64:
      return CONTEXT_MIPS64;
    case PROCESSOR_ARCHITECTURE_PPC:
      return CONTEXT_PPC;
    case MD_CPU_ARCHITECTURE_PPC64:
      return CONTEXT_PPC64;
    case PROCESSOR_ARCHITECTURE_ARM:
      return CONTEXT_ARM;
    case PROCESSOR_ARCHITECTURE_ARM64:
      return CONTEXT_ARM64;
    case MD_CPU_ARCHITECTURE_ARM64_OLD:
      return CONTEXT_ARM64_OLD;
    case PROCESSOR_ARCHITECTURE_AMD64:
      return CONTEXT_AMD64;
    case MD_CPU_ARCHITECTURE_SPARC:
      return CONTEXT_SPARC;
    case MD_CPU_ARCHITECTURE_RISCV:
      return CONTEXT_RISCV;
    case MD_CPU_ARCHITECTURE_RISCV64:
      return CONTEXT_RISCV64;
    default:
      return 0;
  }
}

Result<Context> read_amd64(const Image& image,
                           const MINIDUMP_LOCATION_DESCRIPTOR& location,
                           const SystemInfo* system_info) {
  if (location.DataSize - kAmd64Size > kXsaveSizeMax) {
    return malformed("{}: {} bytes are too many for amd64", kWhat, location.DataSize);
  }
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(location, kWhat));
  Context context;
  context.arch = Arch::kX86_64;
  context.flags = static_cast<std::uint32_t>(read_at(image, record, 48, 4));
  if ((context.flags & CONTEXT_CPU_MASK) != CONTEXT_AMD64) {
    return malformed("{}: flags {:#x} are not those of amd64", kWhat, context.flags);
  }
  SIGLA_TRY(check_system(context.arch, false, system_info));
  for (std::size_t i = 0; i < kAmd64Offsets.size(); ++i) {
    context.registers[i] = read_at(image, record, kAmd64Offsets[i], 8);
  }
  context.status = static_cast<std::uint32_t>(read_at(image, record, 68, 4));
  return context;
}

Result<Context> read_x86(const Image& image,
                         const MINIDUMP_LOCATION_DESCRIPTOR& location,
                         Context context) {
  // Windows says too few or too many bytes here when XSAVE state follows; the fixed part is there.
  if (location.DataSize > kX86Size + kXsaveSizeMax) {
    return malformed("{}: {} bytes are too many for x86", kWhat, location.DataSize);
  }
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(location.Rva, kX86Size, kWhat));
  for (std::size_t i = 0; i < kX86Offsets.size(); ++i) {
    context.registers[i] = read_at(image, record, kX86Offsets[i], 4);
  }
  context.status = static_cast<std::uint32_t>(read_at(image, record, 192, 4));
  return context;
}

void read_others(const Image& image, Bytes record, Context& context) {
  auto& registers = context.registers;
  switch (context.arch) {
    case Arch::kMips:
    case Arch::kMips64:
      read_consecutive(image, record, 8, 8, 32, context);
      registers[kMipsPc] = read_at(image, record, 312, 8);
      if (context.arch == Arch::kMips) {
        for (std::uint64_t& value : registers) value &= 0xffffffffU;
      }
      return;
    case Arch::kPpc:
      read_consecutive(image, record, 12, 4, 32, context);
      registers[kPpcPc] = read_at(image, record, 4, 4);
      registers[kPpcLr] = read_at(image, record, 148, 4);
      return;
    case Arch::kPpc64:
      read_consecutive(image, record, 24, 8, 32, context);
      registers[kPpcPc] = read_at(image, record, 8, 8);
      registers[kPpcLr] = read_at(image, record, 296, 8);
      return;
    case Arch::kSparc:
      read_consecutive(image, record, 8, 8, 32, context);
      registers[kSparcPc] = read_at(image, record, 272, 8);
      return;
    case Arch::kRiscv32:
    case Arch::kRiscv64: {
      const std::size_t width = context.arch == Arch::kRiscv32 ? 4 : 8;
      read_consecutive(image, record, 8, width, 32, context);
      registers[kRiscvPc] = std::exchange(registers[0], 0);  // in the place of x0
      return;
    }
    default:
      return;
  }
}

struct Layout {
  std::uint32_t flags;
  Arch arch;
  std::size_t size;
};
constexpr Layout kLayouts[] = {
    {CONTEXT_X86, Arch::kX86, kX86Size},
    {CONTEXT_ARM, Arch::kArm, kArmSize},
    {CONTEXT_ARM64, Arch::kArm64, kArm64Size},
    {CONTEXT_ARM64_OLD, Arch::kArm64, kArm64OldSize},
    {CONTEXT_PPC, Arch::kPpc, kPpcSize},
    {CONTEXT_PPC64, Arch::kPpc64, kPpc64Size},
    {CONTEXT_SPARC, Arch::kSparc, kSparcSize},
    {CONTEXT_MIPS, Arch::kMips, kMipsSize},
    {CONTEXT_MIPS64, Arch::kMips64, kMipsSize},
    {CONTEXT_RISCV, Arch::kRiscv32, kRiscvSize},
    {CONTEXT_RISCV64, Arch::kRiscv64, kRiscv64Size},
};

}  // namespace

Result<Context> read_context(const Image& image,
                             const MINIDUMP_LOCATION_DESCRIPTOR& location,
                             const SystemInfo* system_info) {
  const std::uint32_t expected = system_flags(system_info);
  if (location.DataSize == kAmd64Size ||
      (expected == CONTEXT_AMD64 && location.DataSize > kAmd64Size)) {
    return read_amd64(image, location, system_info);
  }
  SIGLA_TRY_ASSIGN(ByteReader reader, image.reader_from(location.Rva, kWhat));
  Context context;
  context.flags = location.DataSize == kArm64OldSize || location.DataSize == kPpc64Size
                      ? static_cast<std::uint32_t>(reader.u64())
                      : reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  if ((context.flags & CONTEXT_CPU_MASK) == 0) {
    context.flags |= (context.flags & CONTEXT_ARM_OLD) != 0 ? CONTEXT_ARM : expected;
  }
  const std::uint32_t cpu = context.flags & CONTEXT_CPU_MASK;
  const auto* layout = std::find_if(
      std::begin(kLayouts), std::end(kLayouts), [cpu](const Layout& l) { return l.flags == cpu; });
  if (layout == std::end(kLayouts)) {
    return make_error(
        ErrorCode::kUnsupported, "{}: unknown processor, flags {:#x}", kWhat, context.flags);
  }
  context.arch = layout->arch;
  SIGLA_TRY(check_system(context.arch, cpu == CONTEXT_ARM64_OLD, system_info));
  if (context.arch == Arch::kX86) return read_x86(image, location, context);
  if (location.DataSize != layout->size) {
    return malformed("{}: {} bytes, expected {} for {}",
                     kWhat,
                     location.DataSize,
                     layout->size,
                     to_string(context.arch));
  }
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(location, kWhat));
  if (context.arch == Arch::kArm) {
    read_consecutive(image, record, 4, 4, kArmCount, context);
    context.status = static_cast<std::uint32_t>(read_at(image, record, 68, 4));
  } else if (context.arch == Arch::kArm64) {
    read_consecutive(image, record, 8, 8, kArm64Count, context);
    const std::size_t cpsr = cpu == CONTEXT_ARM64_OLD ? 272 : 4;
    context.status = static_cast<std::uint32_t>(read_at(image, record, cpsr, 4));
  } else {
    read_others(image, record, context);
  }
  return context;
}

}  // namespace sigla::minidump
