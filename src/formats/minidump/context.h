// SPDX-License-Identifier: Apache-2.0
// The registers of a thread (CONTEXT of winnt.h, MDRawContext* of Breakpad), general ones only.
//
//   processor  size   flags at  registers at
//   x86         716          0  edi 156 .. esp 196        (larger with XSAVE behind it)
//   amd64      1232         48  rax 120 .. rip 248        (larger with XSAVE behind it)
//   ARM         368          0  r0 4 .. r15 64, cpsr 68
//   ARM64       912          0  x0 8 .. x31, pc 264
//   ARM64 old   796   0 (64 b)  x0 8 .. x31, pc 264       (Breakpad before 2018)
// PowerPC, MIPS, SPARC and RISC-V contexts are recognised by size and flags, and not read further.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/minidump/image.h"
#include "formats/minidump/system_info.h"

namespace sigla::minidump {

// Where each register stands in Context::registers.
enum X86Register : std::uint8_t { kEip, kEsp, kEbp, kEax, kEbx, kEcx, kEdx, kEsi, kEdi, kX86Count };
enum Amd64Register : std::uint8_t {
  kRax,
  kRdx,
  kRcx,
  kRbx,
  kRsi,
  kRdi,
  kRbp,
  kRsp,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15,
  kRip,
  kAmd64Count,
};
enum ArmRegister : std::uint8_t { kArmFpApple = 7, kArmSp = 13, kArmLr, kArmPc, kArmCount };
enum Arm64Register : std::uint8_t { kArm64Fp = 29, kArm64Lr, kArm64Sp, kArm64Pc, kArm64Count };

struct Context {
  Arch arch = Arch::kUnknown;
  std::uint32_t flags = 0;
  std::array<std::uint64_t, kArm64Count> registers{};
  std::uint32_t status = 0;  // eflags or cpsr

  // No registers are read for this processor.
  bool is_opaque() const;
  std::uint64_t instruction_pointer() const;
  std::uint64_t stack_pointer() const;
};

// "eip", "esp", ... in the order of Context::registers; empty for an opaque processor.
std::span<const std::string_view> register_names(Arch arch);

// `system_info` decides where the flags do not say which processor it is, and a context of another
// processor than the system's is malformed; null when the dump has none.
Result<Context> read_context(const Image& image,
                             const MINIDUMP_LOCATION_DESCRIPTOR& location,
                             const SystemInfo* system_info);

}  // namespace sigla::minidump
