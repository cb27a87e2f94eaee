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

}  // namespace

bool CpuContext::is_opaque() const { return register_names(arch).empty(); }

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
    default:
      return {};
  }
}

}  // namespace sigla
