// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/cfi.h"

#include "stackwalk/unwind_machine.h"

namespace sigla {

CfiOutcome apply_cfi(const UnwindRules& rules,
                     const CfiRegisterSet& set,
                     const Registers& callee,
                     const StackMemory& stack,
                     const Limits& limits,
                     Registers& caller) {
  UnwindMachine machine(set, callee, stack, limits.postfix_token_count_max);
  if (rules.return_address().kind == UnwindRule::Kind::kUndefined) return CfiOutcome::kOutermost;
  const auto cfa = machine.value_of(rules.cfa(), std::nullopt);
  if (!cfa) return CfiOutcome::kFailed;
  machine.set_cfa(*cfa);
  const auto return_address = machine.value_of(rules.return_address(), std::nullopt);
  if (!return_address) return CfiOutcome::kFailed;

  caller.values.fill(set.unknown);
  caller.valid = 0;
  for (std::size_t i = 0; i < set.numbers.size(); ++i) {
    const bool is_kept = ((set.callee_saved >> i) & 1U) != 0;
    if (is_kept && callee.is_valid(i)) caller.set(i, callee.values[i]);
  }
  caller.set(set.stack_pointer, *cfa);
  caller.set(set.program_counter, *return_address);
  rules.for_each_register([&](UnwindRegister reg, const UnwindRule& rule) {
    const auto index = reg.is_name ? std::nullopt : machine.index_of(reg.value);
    if (!index) return;
    if (rule.kind == UnwindRule::Kind::kUndefined) {
      caller.values[*index] = set.unknown;
      caller.valid &= ~(std::uint64_t{1} << *index);
    } else if (const auto value = machine.value_of(rule, *index)) {
      caller.set(*index, *value);
    }
  });
  return CfiOutcome::kFound;
}

}  // namespace sigla
