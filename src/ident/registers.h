// SPDX-License-Identifier: Apache-2.0
// The general registers of the processors whose crashes we read, in one order for every kind of
// dump. It is DWARF's order but for x86, whose eip, esp and ebp come first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "ident/identity.h"

namespace sigla {

// Where each register stands in CpuContext::registers.
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

enum MipsRegister : std::uint8_t { kMipsSp = 29, kMipsFp, kMipsRa, kMipsPc, kMipsCount };
enum PpcRegister : std::uint8_t { kPpcSp = 1, kPpcPc = 32, kPpcLr, kPpcCount };
enum SparcRegister : std::uint8_t { kSparcSp = 14, kSparcFp = 30, kSparcPc = 32, kSparcCount };
enum RiscvRegister : std::uint8_t {
  kRiscvRa = 1,
  kRiscvSp,
  kRiscvFp = 8,
  kRiscvPc = 32,
  kRiscvCount
};

inline constexpr std::size_t kRegisterCountMax = 40;

// The registers of a thread that stands still.
struct CpuContext {
  Arch arch = Arch::kUnknown;
  std::array<std::uint64_t, kRegisterCountMax> registers{};
  std::uint32_t status = 0;  // eflags or cpsr

  std::uint64_t instruction_pointer() const;
  std::uint64_t stack_pointer() const;
};

// "eip", "esp", ... in the order of CpuContext::registers; empty for one whose registers are not
// read.
std::span<const std::string_view> register_names(Arch arch);

}  // namespace sigla
