// SPDX-License-Identifier: Apache-2.0
// Stack walking on 32-bit ARM.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

// The registers stand in DWARF's order.
constexpr std::uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr CfiRegisterSet kRegisterSet = {
    .numbers = kNumbers,
    .stack_pointer = kArmSp,
    .program_counter = kArmPc,
    .callee_saved = 0xff0,  // r4 to r11
    .unknown = 0,
    .width = 4,
};

class ArmUnwinder : public Unwinder {
 public:
  ArmUnwinder(const WalkedProcess& process, const StackMemory& stack)
      : Unwinder(process, stack, kRegisterSet),
        is_ios_(process.system == WalkedProcess::System::kIos) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    Trust trust = Trust::kCfi;
    std::optional<Registers> registers;
    std::uint64_t step = 2;
    if (!is_ios_) {
      const CfiCaller by_rules = caller_by_cfi(callee);
      if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
      if (by_rules.outcome == CfiOutcome::kFound) registers = by_rules.registers;
      if (registers && by_rules.was_interrupted) step = 0;
    }
    if (!registers && is_ios_) {
      registers = by_frame_pointer(callee);
      trust = Trust::kFramePointer;
    }
    if (!registers && may_scan) {
      registers = by_scan(callee);
      trust = Trust::kScan;
    }
    if (!registers) return std::nullopt;
    const std::uint64_t pc = registers->values[kArmPc];
    if (is_end(callee, pc, registers->values[kArmSp], callee.registers.values[kArmSp])) {
      return std::nullopt;
    }
    return make_frame(*registers, trust, pc, step);
  }

 private:
  // Apple's rule: r7 points at the caller's r7, and the return address follows it.
  std::optional<Registers> by_frame_pointer(const Frame& callee) const {
    if (!callee.registers.is_valid(kArmFpApple)) return std::nullopt;
    const std::uint64_t fp = callee.registers.values[kArmFpApple];
    const auto caller_fp = fp == 0 ? 0 : read(fp);
    const auto caller_lr = fp == 0 ? 0 : read(fp + 4);
    if (!caller_fp || !caller_lr) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kArmSp, fp == 0 ? callee.registers.values[kArmSp] : wrap(fp + 8));
    caller.set(kArmPc, callee.registers.values[kArmLr]);
    caller.set(kArmFpApple, *caller_fp);
    caller.set(kArmLr, *caller_lr);
    return caller;
  }

  std::optional<Registers> by_scan(const Frame& callee) const {
    const auto found = scan_below(callee, callee.registers.values[kArmSp]);
    if (!found) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kArmPc, found->address);
    caller.set(kArmSp, wrap(found->location + 4));
    return caller;
  }

  const bool is_ios_;
};

}  // namespace

std::unique_ptr<Unwinder> make_arm_unwinder(const WalkedProcess& process,
                                            const StackMemory& stack) {
  return std::make_unique<ArmUnwinder>(process, stack);
}

}  // namespace sigla
