// SPDX-License-Identifier: Apache-2.0
// The registers of a thread (CONTEXT of winnt.h, MDRawContext* of Breakpad), general ones only.
//
//   processor  size   flags at  registers at
//   x86         716          0  edi 156 .. esp 196        (larger with XSAVE behind it)
//   amd64      1232         48  rax 120 .. rip 248        (larger with XSAVE behind it)
//   ARM         368          0  r0 4 .. r15 64, cpsr 68
//   ARM64       912          0  x0 8 .. x31, pc 264
//   ARM64 old   796   0 (64 b)  x0 8 .. x31, pc 264       (Breakpad before 2018)
//   MIPS        600          0  r0 8 .. r31, pc 312       (64-bit fields for both widths)
//   PowerPC    1004          0  r0 12 .. r31, pc 4, lr 148
//   PowerPC64  1160   0 (64 b)  r0 24 .. r31, pc 8, lr 296
//   SPARC       584          0  g0 8 .. i7, pc 272        (64-bit fields)
//   RISC-V      268          0  x1 12 .. x31, pc 8
//   RISC-V 64   528          0  x1 16 .. x31, pc 8
#pragma once

#include <cstdint>

#include "formats/minidump/image.h"
#include "formats/minidump/system_info.h"
#include "ident/registers.h"

namespace sigla::minidump {

struct Context : CpuContext {
  std::uint32_t flags = 0;  // what of it is valid, and of which processor it is
};

// `system_info` decides where the flags do not say which processor it is, and a context of another
// processor than the system's is malformed; null when the dump has none.
Result<Context> read_context(const Image& image,
                             const MINIDUMP_LOCATION_DESCRIPTOR& location,
                             const SystemInfo* system_info);

}  // namespace sigla::minidump
