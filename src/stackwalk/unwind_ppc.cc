// SPDX-License-Identifier: Apache-2.0
// Stack walking on PowerPC: r1 points at a chain of frames, each of which begins with the address
// of its caller's and has room for the return address of what it calls: two words on in the 64-bit
// ABIs and in Apple's, one in the 32-bit System V ABI.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

constexpr std::uint8_t kNumbers[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,   9,  10, 11,
                                     12, 13, 14, 15, 16, 17, 18, 19, 20,  21, 22, 23,
                                     24, 25, 26, 27, 28, 29, 30, 31, 255, 65};
constexpr std::uint64_t kCalleeSaved = 0xffffc000;  // r14 to r31
constexpr CfiRegisterSet kSet32 = {.numbers = kNumbers,
                                   .stack_pointer = kPpcSp,
                                   .program_counter = kPpcPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 4};
constexpr CfiRegisterSet kSet64 = {.numbers = kNumbers,
                                   .stack_pointer = kPpcSp,
                                   .program_counter = kPpcPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 8};

class PpcUnwinder : public Unwinder {
 public:
  PpcUnwinder(const WalkedProcess& process, const StackMemory& stack, const CfiRegisterSet& set)
      : Unwinder(process, stack, set) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool /*may_scan*/) override {
    const Frame& callee = frames.back();
    const CfiCaller by_rules = caller_by_cfi(callee);
    if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
    const bool is_by_rules = by_rules.outcome == CfiOutcome::kFound;
    const auto registers =
        is_by_rules ? std::optional<Registers>(by_rules.registers) : by_chain(callee);
    if (!registers) return std::nullopt;
    const std::uint64_t pc = registers->values[kPpcPc];
    if (is_end(callee, pc, registers->values[kPpcSp], stack_pointer(callee))) return std::nullopt;
    return make_frame(*registers,
                      is_by_rules ? Trust::kCfi : Trust::kFramePointer,
                      pc,
                      by_rules.was_interrupted ? 0 : 4);
  }

 private:
  std::optional<Registers> by_chain(const Frame& callee) const {
    const std::uint64_t sp = stack_pointer(callee);
    const auto caller_sp = read(sp);
    if (!caller_sp || *caller_sp <= sp) return std::nullopt;
    auto pc = read(*caller_sp + 2 * width_);
    if (width_ == 4 && (!pc || !is_in_module(*pc))) {
      const auto system_v = read(*caller_sp + width_);
      if (system_v && is_in_module(*system_v)) pc = system_v;
    }
    if (!pc) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kPpcPc, *pc);
    caller.set(kPpcSp, *caller_sp);
    return caller;
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_ppc_unwinder(const WalkedProcess& process,
                                            const StackMemory& stack,
                                            bool is_64) {
  return std::make_unique<PpcUnwinder>(process, stack, is_64 ? kSet64 : kSet32);
}

}  // namespace sigla
