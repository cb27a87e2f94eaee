// SPDX-License-Identifier: Apache-2.0
// Stack walking on x86-64.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

// The registers stand in DWARF's order.
constexpr std::uint8_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::uint64_t kCalleeSaved =
    1U << kRbx | 1U << kRbp | 1U << kR12 | 1U << kR13 | 1U << kR14 | 1U << kR15;
constexpr CfiRegisterSet kRegisterSet = {
    .numbers = kNumbers,
    .stack_pointer = kRsp,
    .program_counter = kRip,
    .callee_saved = kCalleeSaved,
    // An address that is no multiple of 8, so that a frame pointer nobody saved is not followed.
    .unknown = 0xdadadadadadadada,
    .width = 8,
};

constexpr bool is_canonical(std::uint64_t address) {
  return address <= 0x7fffffffffff || address >= 0xffff800000000000;
}

class Amd64Unwinder : public Unwinder {
 public:
  Amd64Unwinder(const WalkedProcess& process, const StackMemory& stack)
      : Unwinder(process, stack, kRegisterSet) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    const bool is_windows = process_.system == WalkedProcess::System::kWindows;
    const CfiCaller by_rules = caller_by_cfi(callee);
    if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
    auto caller = by_cfi(by_rules);
    // Minidumps are walked as Breakpad walks them, which takes a call to nowhere for the end.
    const bool may_be_leaf = is_windows || (!callee.module && process_.memory != nullptr);
    if (!caller && may_be_leaf && callee.trust == Trust::kContext) {
      caller = by_leaf_return(callee, is_windows ? 1 : 0);
    }
    if (!caller && !is_windows) caller = by_frame_pointer(callee);
    if (!caller && may_scan) caller = by_scan(callee);
    if (!caller) return std::nullopt;
    Registers& registers = caller->registers;
    if (process_.system == WalkedProcess::System::kNacl) {
      for (const auto i : {kRip, kRsp, kRbp}) registers.values[i] &= 0xffffffffU;
    }
    const std::uint64_t rip = registers.values[kRip];
    if (is_end(callee, rip, registers.values[kRsp], callee.registers.values[kRsp])) {
      return std::nullopt;
    }
    return make_frame(registers, caller->trust, rip, caller->step);
  }

 private:
  struct Caller {
    Registers registers;
    Trust trust;
    std::uint64_t step = 1;  // back from the return address, into the call
  };

  static std::optional<Caller> by_cfi(const CfiCaller& by_rules) {
    const Registers& registers = by_rules.registers;
    if (by_rules.outcome != CfiOutcome::kFound || registers.values[kRip] == 0 ||
        registers.values[kRsp] == 0) {
      return std::nullopt;
    }
    return Caller{registers, Trust::kCfi, by_rules.was_interrupted ? 0U : 1U};
  }

  // A leaf function of Windows needs no unwind information: its return address is at rsp. So is
  // that of a call to an address where no code is.
  std::optional<Caller> by_leaf_return(const Frame& callee, unsigned word_count) const {
    const auto found = scan(callee.registers.values[kRsp], word_count);
    if (!found) return std::nullopt;
    Caller caller{callee.registers, Trust::kLeaf};
    caller.registers.values[kRip] = found->address;
    caller.registers.values[kRsp] = found->location + 8;
    return caller;
  }

  std::optional<Caller> by_frame_pointer(const Frame& callee) const {
    const std::uint64_t rbp = callee.registers.values[kRbp];
    if (rbp % 8 != 0) return std::nullopt;
    const auto rip = read(rbp + 8);
    const auto caller_rbp = read(rbp);
    if (!rip || !caller_rbp || !is_canonical(*rip)) return std::nullopt;
    const std::uint64_t rsp = rbp + 16;
    // The chain has to go up, and to stay on this stack.
    if (rsp <= rbp || *caller_rbp < rsp || !read(*caller_rbp)) return std::nullopt;
    Caller caller{callee.registers, Trust::kFramePointer};
    caller.registers.valid = 0;
    caller.registers.set(kRip, *rip);
    caller.registers.set(kRsp, rsp);
    caller.registers.set(kRbp, *caller_rbp);
    return caller;
  }

  std::optional<Caller> by_scan(const Frame& callee) const {
    const auto found = scan_below(callee, callee.registers.values[kRsp]);
    if (!found) return std::nullopt;
    Caller caller{callee.registers, Trust::kScan};
    caller.registers.valid = 0;
    caller.registers.set(kRip, found->address);
    caller.registers.set(kRsp, found->location + 8);
    if (callee.registers.is_valid(kRbp)) recover_rbp(callee, found->location, caller.registers);
    return caller;
  }

  // "push rbp" puts it just below the return address; or else the function left it alone, if it
  // points further up the stack.
  void recover_rbp(const Frame& callee, std::uint64_t location, Registers& registers) const {
    const std::uint64_t rbp = callee.registers.values[kRbp];
    if (location - 8 == rbp) {
      const auto saved = read(rbp);
      if (saved && *saved > location) registers.set(kRbp, *saved);
    } else if (rbp >= location + 8) {
      registers.set(kRbp, rbp);
    }
  }
};

}  // namespace

std::unique_ptr<Unwinder> make_amd64_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack) {
  return std::make_unique<Amd64Unwinder>(process, stack);
}

}  // namespace sigla
