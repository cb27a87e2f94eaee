// SPDX-License-Identifier: Apache-2.0
// Stack walking on 32-bit SPARC: every frame begins with the window of registers that was saved
// there, of which the last two are the frame pointer and the address of the call. A call and its
// delay slot are two instructions.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

constexpr CfiRegisterSet kSet = {.numbers = kNumbersThenCounter,
                                 .stack_pointer = kSparcSp,
                                 .program_counter = kSparcPc,
                                 .callee_saved = 0xffff0000,
                                 .unknown = 0,
                                 .width = 4};

constexpr std::uint64_t kSavedFp = 56;
constexpr std::uint64_t kSavedCall = 60;

class SparcUnwinder : public Unwinder {
 public:
  SparcUnwinder(const WalkedProcess& process, const StackMemory& stack)
      : Unwinder(process, stack, kSet) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool /*may_scan*/) override {
    const Frame& callee = frames.back();
    const std::uint64_t sp = callee.registers.values[kSparcFp];
    if (sp <= stack_pointer(callee)) return std::nullopt;
    const auto call = read(sp + kSavedCall);
    const auto fp = read(sp + kSavedFp);
    if (!call || !fp || *fp <= 1) return std::nullopt;
    if (is_end(callee, *call, sp, stack_pointer(callee))) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kSparcPc, *call);
    caller.set(kSparcSp, sp);
    caller.set(kSparcFp, *fp);
    return make_frame(caller, Trust::kFramePointer, *call, 8);
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_sparc_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack) {
  return std::make_unique<SparcUnwinder>(process, stack);
}

}  // namespace sigla
