// SPDX-License-Identifier: Apache-2.0
// Stack walking on RISC-V: unwind rules, the chain of s0, scanning. Where functions keep a frame
// pointer, s0 is what the stack pointer was before the call, and the return address and the
// caller's s0 are the two words below it (psABI, "Frame Pointer Convention").
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

constexpr std::uint64_t kCalleeSaved = 0x0ffc0300;  // s0 to s11
constexpr CfiRegisterSet kSet32 = {.numbers = kNumbersThenCounter,
                                   .stack_pointer = kRiscvSp,
                                   .program_counter = kRiscvPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 4};
constexpr CfiRegisterSet kSet64 = {.numbers = kNumbersThenCounter,
                                   .stack_pointer = kRiscvSp,
                                   .program_counter = kRiscvPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 8};

class RiscvUnwinder : public Unwinder {
 public:
  RiscvUnwinder(const WalkedProcess& process, const StackMemory& stack, const CfiRegisterSet& set)
      : Unwinder(process, stack, set) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    const CfiCaller by_rules = caller_by_cfi(callee);
    if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
    std::optional<Registers> registers;
    Trust trust = Trust::kCfi;
    if (by_rules.outcome == CfiOutcome::kFound) registers = by_rules.registers;
    if (!registers) {
      registers = by_frame_pointer(callee);
      trust = Trust::kFramePointer;
    }
    if (!registers && may_scan) {
      registers = by_scan(callee);
      trust = Trust::kScan;
    }
    if (!registers) return std::nullopt;
    const std::uint64_t pc = registers->values[kRiscvPc];
    if (is_end(callee, pc, registers->values[kRiscvSp], stack_pointer(callee))) {
      return std::nullopt;
    }
    // A compressed call has two bytes.
    return make_frame(*registers, trust, pc, by_rules.was_interrupted ? 0 : 2);
  }

 private:
  std::optional<Registers> by_frame_pointer(const Frame& callee) const {
    const std::uint64_t fp = callee.registers.values[kRiscvFp];
    if (fp % width_ != 0 || fp <= stack_pointer(callee)) return std::nullopt;
    const auto pc = read(fp - width_);
    const auto caller_fp = read(fp - 2 * width_);
    if (!pc || !caller_fp || !is_in_module(*pc)) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kRiscvPc, *pc);
    caller.set(kRiscvSp, fp);
    caller.set(kRiscvFp, *caller_fp);
    return caller;
  }

  std::optional<Registers> by_scan(const Frame& callee) const {
    const auto found = scan_below(callee, stack_pointer(callee));
    if (!found) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kRiscvPc, found->address);
    caller.set(kRiscvSp, wrap(found->location + width_));
    return caller;
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_riscv_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack,
                                              bool is_64) {
  return std::make_unique<RiscvUnwinder>(process, stack, is_64 ? kSet64 : kSet32);
}

}  // namespace sigla
