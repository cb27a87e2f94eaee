// SPDX-License-Identifier: Apache-2.0
// Applies unwind rules: from a callee's registers and stack to its caller's registers.
#pragma once

#include <optional>
#include <span>

#include "base/limits.h"
#include "stackwalk/frame.h"
#include "stackwalk/process_memory.h"
#include "symcache/unwind_rules.h"

namespace sigla {

// The registers of one processor, in the order of Registers.
struct CfiRegisterSet {
  std::span<const std::uint8_t> numbers;  // DWARF's number of each
  std::size_t stack_pointer = 0;          // index; the CFA where no rule says otherwise
  std::size_t program_counter = 0;        // index; the return address
  std::uint64_t callee_saved = 0;         // a bit for each that keeps its value across calls
  std::uint64_t unknown = 0;              // value of a register nothing is known about
  unsigned width = 8;                     // bytes of a word
};

// Of processors whose registers have DWARF's order (MIPS; RISC-V, x0 to x31; SPARC, the g, o, l and
// i registers): 32 of them, then the program counter, which has no number there.
inline constexpr std::array<std::uint8_t, 33> kNumbersThenCounter = [] {
  std::array<std::uint8_t, 33> numbers{};
  for (std::uint8_t i = 0; i < 32; ++i) numbers[i] = i;
  numbers[32] = 255;
  return numbers;
}();

enum class CfiOutcome {
  kFailed,     // no CFA, no return address, or memory that is not there
  kOutermost,  // the rules say that there is no caller
  kFound,
};

// Sets `caller` on kFound. An expression of more than `postfix_token_count_max` steps fails.
CfiOutcome apply_cfi(const UnwindRules& rules,
                     const CfiRegisterSet& set,
                     const Registers& callee,
                     const StackMemory& stack,
                     const Limits& limits,
                     Registers& caller);

}  // namespace sigla
