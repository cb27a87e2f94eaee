// SPDX-License-Identifier: Apache-2.0
// Stack walking on MIPS and MIPS64. A call and its delay slot are two instructions, which is how
// far back from the return address the caller was.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

constexpr std::uint64_t kCalleeSaved = 0x50ff0000;  // s0 to s7, gp, fp
constexpr CfiRegisterSet kSet32 = {.numbers = kNumbersThenCounter,
                                   .stack_pointer = kMipsSp,
                                   .program_counter = kMipsPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 4};
constexpr CfiRegisterSet kSet64 = {.numbers = kNumbersThenCounter,
                                   .stack_pointer = kMipsSp,
                                   .program_counter = kMipsPc,
                                   .callee_saved = kCalleeSaved,
                                   .unknown = 0,
                                   .width = 8};

constexpr std::uint64_t kCallSize = 8;  // with its delay slot
constexpr std::uint64_t kFrameSizeMax = 1024;
constexpr unsigned kArgumentWords = 4;  // which every caller leaves room for (o32)

class MipsUnwinder : public Unwinder {
 public:
  MipsUnwinder(const WalkedProcess& process, const StackMemory& stack, const CfiRegisterSet& set)
      : Unwinder(process, stack, set) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    const CfiCaller by_rules = caller_by_cfi(callee);
    if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
    std::optional<Registers> registers;
    Trust trust = Trust::kCfi;
    if (by_rules.outcome == CfiOutcome::kFound) registers = by_rules.registers;
    if (!registers && may_scan) {
      registers = by_scan(callee);
      trust = Trust::kScan;
    }
    if (!registers) return std::nullopt;
    const std::uint64_t return_address = registers->values[kMipsPc];
    const std::uint64_t sp = registers->values[kMipsSp];
    if (is_end(callee, return_address, sp, stack_pointer(callee))) return std::nullopt;
    registers->set(kMipsRa, return_address);
    return make_frame(*registers, trust, return_address, by_rules.was_interrupted ? 0 : kCallSize);
  }

 private:
  // A return address with the caller's frame pointer below it, within the size of a frame.
  std::optional<Registers> by_scan(const Frame& callee) const {
    std::uint64_t start = stack_pointer(callee);
    auto words = static_cast<std::int64_t>(kFrameSizeMax / width_);
    if (callee.trust != Trust::kContext) {
      start = wrap(start + kArgumentWords * width_);
      words -= kArgumentWords;
    }
    while (words > 0) {
      const auto found = scan(start, static_cast<unsigned>(words));
      if (!found) return std::nullopt;
      const auto fp = read(found->location - width_);
      if (!fp) return std::nullopt;
      if (wrap(*fp - found->location) < kFrameSizeMax) {
        Registers caller = callee.registers;
        caller.valid = 0;
        caller.set(kMipsPc, found->address);
        caller.set(kMipsSp, wrap(found->location + width_));
        caller.set(kMipsFp, *fp);
        return caller;
      }
      words -= static_cast<std::int64_t>(wrap(found->location - start) / width_) + 1;
      start = wrap(found->location + width_);
    }
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_mips_unwinder(const WalkedProcess& process,
                                             const StackMemory& stack,
                                             bool is_64) {
  return std::make_unique<MipsUnwinder>(process, stack, is_64 ? kSet64 : kSet32);
}

}  // namespace sigla
