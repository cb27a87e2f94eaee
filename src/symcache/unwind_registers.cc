// SPDX-License-Identifier: Apache-2.0
#include "symcache/unwind_registers.h"

#include <algorithm>
#include <array>
#include <span>

namespace sigla {
namespace {

// A run of registers with consecutive numbers.
struct Run {
  std::uint32_t first;
  std::span<const std::string_view> names;
};

// System V ABI, Intel386 supplement, table 2.14 (ELF's numbers, not Darwin's).
constexpr std::array<std::string_view, 9> kX86 = {
    "$eax", "$ecx", "$edx", "$ebx", "$esp", "$ebp", "$esi", "$edi", "$eip"};
constexpr std::array<std::string_view, 8> kX86Float = {
    "$st0", "$st1", "$st2", "$st3", "$st4", "$st5", "$st6", "$st7"};
constexpr std::array<std::string_view, 8> kX86Vector = {
    "$xmm0", "$xmm1", "$xmm2", "$xmm3", "$xmm4", "$xmm5", "$xmm6", "$xmm7"};
constexpr std::array kX86Runs = {Run{0, kX86}, Run{11, kX86Float}, Run{21, kX86Vector}};

// System V ABI, AMD64 supplement, figure 3.36.
constexpr std::array<std::string_view, 33> kAmd64 = {
    "$rax",   "$rdx",   "$rcx",   "$rbx",   "$rsi",   "$rdi",  "$rbp",  "$rsp",  "$r8",
    "$r9",    "$r10",   "$r11",   "$r12",   "$r13",   "$r14",  "$r15",  "$rip",  "$xmm0",
    "$xmm1",  "$xmm2",  "$xmm3",  "$xmm4",  "$xmm5",  "$xmm6", "$xmm7", "$xmm8", "$xmm9",
    "$xmm10", "$xmm11", "$xmm12", "$xmm13", "$xmm14", "$xmm15"};
constexpr std::array kAmd64Runs = {Run{0, kAmd64}};

// DWARF for the Arm Architecture, section 4.1.
constexpr std::array<std::string_view, 16> kArm = {"r0",
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
constexpr std::array<std::string_view, 32> kArmDouble = {
    "d0",  "d1",  "d2",  "d3",  "d4",  "d5",  "d6",  "d7",  "d8",  "d9",  "d10",
    "d11", "d12", "d13", "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21",
    "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31"};
constexpr std::array kArmRuns = {Run{0, kArm}, Run{256, kArmDouble}};

// DWARF for the Arm 64-bit Architecture, section 4.1.
constexpr std::array<std::string_view, 33> kArm64 = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
    "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
    "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",  "pc"};
constexpr std::array<std::string_view, 32> kArm64Vector = {
    "v0",  "v1",  "v2",  "v3",  "v4",  "v5",  "v6",  "v7",  "v8",  "v9",  "v10",
    "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
    "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31"};
constexpr std::array kArm64Runs = {Run{0, kArm64}, Run{64, kArm64Vector}};

// System V ABI, MIPS supplement, figure 3-43: the general registers have their own numbers.
constexpr std::array<std::string_view, 32> kMips = {
    "$zero", "$at", "$v0", "$v1", "$a0", "$a1", "$a2", "$a3", "$t0", "$t1", "$t2",
    "$t3",   "$t4", "$t5", "$t6", "$t7", "$s0", "$s1", "$s2", "$s3", "$s4", "$s5",
    "$s6",   "$s7", "$t8", "$t9", "$k0", "$k1", "$gp", "$sp", "$fp", "$ra"};
constexpr std::array kMipsRuns = {Run{0, kMips}};

// RISC-V ABIs specification, "DWARF Register Numbers". x0 is always zero; Breakpad calls it "pc".
constexpr std::array<std::string_view, 32> kRiscv = {
    "pc", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1", "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr std::array<std::string_view, 32> kRiscvFloat = {
    "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",  "f7",  "f8",  "f9",  "f10",
    "f11", "f12", "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21",
    "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31"};
constexpr std::array kRiscvRuns = {Run{0, kRiscv}, Run{32, kRiscvFloat}};

// 64-bit PowerPC ELF ABI supplement, section 3.4. Breakpad's own tools write no rules of these.
constexpr std::array<std::string_view, 32> kPpc = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10",
    "r11", "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21",
    "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31"};
constexpr std::array<std::string_view, 1> kPpcLink = {"lr"};
constexpr std::array kPpcRuns = {Run{0, kPpc}, Run{65, kPpcLink}};

std::span<const Run> runs_of(Arch arch) {
  switch (arch) {
    case Arch::kX86:
      return kX86Runs;
    case Arch::kX86_64:
      return kAmd64Runs;
    case Arch::kArm:
      return kArmRuns;
    case Arch::kArm64:
    case Arch::kArm64e:
    case Arch::kArm64_32:
      return kArm64Runs;
    case Arch::kMips:
    case Arch::kMips64:
      return kMipsRuns;
    case Arch::kRiscv32:
    case Arch::kRiscv64:
      return kRiscvRuns;
    case Arch::kPpc:
    case Arch::kPpc64:
      return kPpcRuns;
    default:
      return {};
  }
}

}  // namespace

std::string_view unwind_register_name(Arch arch, std::uint32_t number) {
  for (const Run& run : runs_of(arch)) {
    if (number >= run.first && number - run.first < run.names.size()) {
      return run.names[number - run.first];
    }
  }
  return {};
}

std::optional<std::uint32_t> find_unwind_register(Arch arch, std::string_view name) {
  for (const Run& run : runs_of(arch)) {
    const auto found = std::ranges::find(run.names, name);
    if (found == run.names.end()) continue;
    return run.first + static_cast<std::uint32_t>(found - run.names.begin());
  }
  return std::nullopt;
}

unsigned unwind_word_size(Arch arch) {
  switch (arch) {
    case Arch::kX86:
    case Arch::kArm:
    case Arch::kMips:
    case Arch::kPpc:
    case Arch::kSparc:
    case Arch::kRiscv32:
    case Arch::kWasm32:
      return 4;
    default:
      return 8;
  }
}

}  // namespace sigla
