// SPDX-License-Identifier: Apache-2.0
#include "ident/registers.h"

namespace sigla {
namespace {

constexpr std::array<std::string_view, kX86Count> kX86Names = {
    "eip", "esp", "ebp", "eax", "ebx", "ecx", "edx", "esi", "edi"};
constexpr std::array<std::string_view, kAmd64Count> kAmd64Names = {"rax",
                                                                   "rdx",
                                                                   "rcx",
                                                                   "rbx",
                                                                   "rsi",
                                                                   "rdi",
                                                                   "rbp",
                                                                   "rsp",
                                                                   "r8",
                                                                   "r9",
                                                                   "r10",
                                                                   "r11",
                                                                   "r12",
                                                                   "r13",
                                                                   "r14",
                                                                   "r15",
                                                                   "rip"};
constexpr std::array<std::string_view, kArmCount> kArmNames = {"r0",
                                                               "r1",
                                                               "r2",
                                                               "r3",
                                                               "r4",
                                                               "r5",
                                                               "r6",
                                                               "r7",
                                                               "r8",
                                                               "r9",
                                                               "r10",
                                                               "r11",
                                                               "r12",
                                                               "sp",
                                                               "lr",
                                                               "pc"};
constexpr std::array<std::string_view, kArm64Count> kArm64Names = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
    "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
    "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",  "pc"};

constexpr std::array<std::string_view, kMipsCount> kMipsNames = {
    "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2",
    "t3",   "t4", "t5", "t6", "t7", "s0", "s1", "s2", "s3", "s4", "s5",
    "s6",   "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra", "pc"};
constexpr std::array<std::string_view, kPpcCount> kPpcNames = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",   "r9",  "r10", "r11",
    "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19", "r20",  "r21", "r22", "r23",
    "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31", "srr0", "lr"};
constexpr std::array<std::string_view, kSparcCount> kSparcNames = {
    "g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "o0", "o1", "o2",
    "o3", "o4", "o5", "sp", "o7", "l0", "l1", "l2", "l3", "l4", "l5",
    "l6", "l7", "i0", "i1", "i2", "i3", "i4", "i5", "fp", "i7", "pc"};
constexpr std::array<std::string_view, kRiscvCount> kRiscvNames = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "pc"};

}  // namespace

std::uint64_t CpuContext::instruction_pointer() const {
  switch (arch) {
    case Arch::kX86:
      return registers[kEip];
    case Arch::kX86_64:
      return registers[kRip];
    case Arch::kArm:
      return registers[kArmPc];
    case Arch::kArm64:
      return registers[kArm64Pc];
    case Arch::kMips:
    case Arch::kMips64:
      return registers[kMipsPc];
    case Arch::kPpc:
    case Arch::kPpc64:
      return registers[kPpcPc];
    case Arch::kSparc:
      return registers[kSparcPc];
    case Arch::kRiscv32:
    case Arch::kRiscv64:
      return registers[kRiscvPc];
    default:
      return 0;
  }
}

std::uint64_t CpuContext::stack_pointer() const {
  switch (arch) {
    case Arch::kX86:
      return registers[kEsp];
    case Arch::kX86_64:
      return registers[kRsp];
    case Arch::kArm:
      return registers[kArmSp];
    case Arch::kArm64:
      return registers[kArm64Sp];
    case Arch::kMips:
    case Arch::kMips64:
      return registers[kMipsSp];
    case Arch::kPpc:
    case Arch::kPpc64:
      return registers[kPpcSp];
    case Arch::kSparc:
      return registers[kSparcSp];
    case Arch::kRiscv32:
    case Arch::kRiscv64:
      return registers[kRiscvSp];
    default:
      return 0;
  }
}

std::span<const std::string_view> register_names(Arch arch) {
  switch (arch) {
    case Arch::kX86:
      return kX86Names;
    case Arch::kX86_64:
      return kAmd64Names;
    case Arch::kArm:
      return kArmNames;
    case Arch::kArm64:
      return kArm64Names;
    case Arch::kMips:
    case Arch::kMips64:
      return kMipsNames;
    case Arch::kPpc:
    case Arch::kPpc64:
      return kPpcNames;
    case Arch::kSparc:
      return kSparcNames;
    case Arch::kRiscv32:
    case Arch::kRiscv64:
      return kRiscvNames;
    default:
      return {};
  }
}

}  // namespace sigla
