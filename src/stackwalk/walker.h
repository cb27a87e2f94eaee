// SPDX-License-Identifier: Apache-2.0
// Walks one thread's stack: from its registers and memory to its frames.
//
// The methods, their order and their limits are Breakpad's (src/processor/stackwalker*.cc), so that
// both find the same frames:
//
//   x86     STACK WIN (programs, FPO) -> unwind rules -> ebp chain or scan
//   amd64   unwind rules -> return from a leaf (Windows, first frame) or from where no module is
//           (first frame) -> rbp chain (not Windows) -> scan
//   ARM     unwind rules (not iOS) -> r7 chain (iOS) -> scan
//   ARM64   unwind rules -> x29 chain with repair of lr -> scan
//   MIPS    unwind rules -> scan for a return address with a frame pointer below it
//   PPC     unwind rules -> r1 chain
//   SPARC   saved register windows
//   RISC-V  unwind rules -> s0 chain -> scan
//
// Beyond Breakpad, unwind rules may say that a frame is the outermost one, which ends the walk, and
// that a frame is a signal handler's return, whose caller was interrupted where its pc says.
//
// A scan looks at 40 words, 160 below the first frame, for a value just behind an instruction
// inside a module, and inside a function of it where there are symbols.
#pragma once

#include <vector>

#include "base/limits.h"
#include "stackwalk/cfi.h"
#include "stackwalk/frame.h"
#include "stackwalk/module_map.h"
#include "stackwalk/process_memory.h"
#include "stackwalk/symbol_source.h"

namespace sigla {

// What all threads of a process have in common. Everything pointed at must outlive the walk.
struct WalkedProcess {
  enum class System { kWindows, kIos, kNacl, kOther };
  System system = System::kOther;
  const ModuleMap* modules = nullptr;  // null: the dump has no usable module list
  const ModuleMap* unloaded_modules = nullptr;
  SymbolSource* symbols = nullptr;        // null: nobody was asked to find symbols
  const ProcessMemory* memory = nullptr;  // null: the dump has nothing but the threads' stacks
  Limits limits;
};

// Frames from the innermost out; at least one unless the processor is none of the above.
// `stack` is null when the dump has no memory of its own for the thread.
std::vector<Frame> walk_stack(const WalkedProcess& process,
                              const CpuContext& context,
                              const MemoryRegion* stack);

}  // namespace sigla
