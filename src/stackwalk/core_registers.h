// SPDX-License-Identifier: Apache-2.0
// The general registers in an ELF core's NT_PRSTATUS: pr_reg is the kernel's elf_gregset_t, whose
// layout is each processor's own (Linux, arch/*/include/uapi/asm/{ptrace,elf}.h).
//
//   x86      17 words: ebx ecx edx esi edi ebp eax ... eip 12, eflags 14, esp 15
//   x86-64   27 words: r15 r14 r13 r12 rbp rbx r11 ... rip 16, eflags 18, rsp 19
//   ARM      18 words: r0 to r15, cpsr
//   ARM64    34 words: x0 to x30, sp, pc, pstate
#pragma once

#include <bit>
#include <optional>

#include "base/bytes.h"
#include "ident/registers.h"

namespace sigla {

// Nothing for a processor whose layout is none of the above, or a record that is too short.
std::optional<CpuContext> read_core_registers(Arch arch, Bytes pr_reg, std::endian order);

}  // namespace sigla
