// SPDX-License-Identifier: Apache-2.0
#include "ident/identity.h"

#include <array>
#include <utility>

namespace sigla {
namespace {

constexpr std::array<std::pair<Arch, std::string_view>, 19> kArchNames = {{
    {Arch::kUnknown, "unknown"},
    {Arch::kX86, "x86"},
    {Arch::kX86_64, "x86_64"},
    {Arch::kArm, "arm"},
    {Arch::kArm64, "arm64"},
    {Arch::kArm64e, "arm64e"},
    {Arch::kArm64_32, "arm64_32"},
    {Arch::kMips, "mips"},
    {Arch::kMips64, "mips64"},
    {Arch::kPpc, "ppc"},
    {Arch::kPpc64, "ppc64"},
    {Arch::kSparc, "sparc"},
    {Arch::kSparc64, "sparc64"},
    {Arch::kRiscv32, "riscv32"},
    {Arch::kRiscv64, "riscv64"},
    {Arch::kS390x, "s390x"},
    {Arch::kLoongArch64, "loongarch64"},
    {Arch::kWasm32, "wasm32"},
    {Arch::kIa64, "ia64"},
}};

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::kUnknown:
      return "unknown";
    case Format::kElf:
      return "elf";
    case Format::kMacho:
      return "macho";
    case Format::kPe:
      return "pe";
    case Format::kPdb:
      return "pdb";
    case Format::kPortablePdb:
      return "portablepdb";
    case Format::kBreakpad:
      return "breakpad";
    case Format::kWasm:
      return "wasm";
    case Format::kSourceBundle:
      return "sourcebundle";
    case Format::kMinidump:
      return "minidump";
    case Format::kElfCore:
    case Format::kMachoCore:
      return "core";
    case Format::kPerfMap:
      return "perfmap";
    case Format::kBcSymbolMap:
      return "bcsymbolmap";
    case Format::kUuidMap:
      return "uuidmap";
  }
  return "unknown";
}

std::string_view to_string(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kOther:
      return "other";
    case ObjectKind::kExecutable:
      return "executable";
    case ObjectKind::kLibrary:
      return "library";
    case ObjectKind::kDebug:
      return "debug";
    case ObjectKind::kRelocatable:
      return "relocatable";
    case ObjectKind::kCore:
      return "core";
  }
  return "other";
}

std::string_view to_string(Arch arch) {
  for (const auto& [value, name] : kArchNames) {
    if (value == arch) return name;
  }
  return "unknown";
}

Arch parse_arch(std::string_view text) {
  for (const auto& [value, name] : kArchNames) {
    if (name == text) return value;
  }
  if (text == "i386") return Arch::kX86;
  if (text == "amd64" || text == "x86_64h") return Arch::kX86_64;
  if (text == "aarch64") return Arch::kArm64;
  if (text == "riscv") return Arch::kRiscv64;  // dump_syms writes it of either
  return Arch::kUnknown;
}

}  // namespace sigla
