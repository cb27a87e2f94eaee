// SPDX-License-Identifier: Apache-2.0
// Applies STACK CFI rules: from a callee's registers and stack to its caller's registers.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "stackwalk/expression.h"
#include "stackwalk/frame.h"
#include "symcache/symcache.h"

namespace sigla {

// What Breakpad calls a register in rules, and what becomes of it without a rule of its own.
struct CfiRegister {
  std::string_view name;         // "$rbx", "x19"
  std::string_view stand_in;     // ".cfa" for the stack pointer, ".ra" for the program counter
  bool is_callee_saved = false;  // keeps its value across calls
};

// The registers of one processor, in the order of Registers.
struct CfiRegisterSet {
  std::span<const CfiRegister> registers;
  std::uint64_t unknown = 0;  // value of a register nothing is known about
};

// Nothing when the rules do not give both .cfa and .ra, or cannot be evaluated.
std::optional<Registers> apply_cfi(const CfiRules& rules,
                                   const CfiRegisterSet& set,
                                   const Registers& callee,
                                   const minidump::MemoryRegion& stack,
                                   ExpressionEvaluator& evaluator,
                                   Variables& scratch,
                                   std::uint32_t rule_count_max);

}  // namespace sigla
