// SPDX-License-Identifier: Apache-2.0
// Stack walking on 32-bit ARM.
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

using minidump::kArmFpApple;
using minidump::kArmLr;
using minidump::kArmPc;
using minidump::kArmSp;

constexpr CfiRegister kRegisters[] = {
    {"r0", "", false},
    {"r1", "", false},
    {"r2", "", false},
    {"r3", "", false},
    {"r4", "", true},
    {"r5", "", true},
    {"r6", "", true},
    {"r7", "", true},
    {"r8", "", true},
    {"r9", "", true},
    {"r10", "", true},
    {"r11", "", true},
    {"r12", "", false},
    {"sp", ".cfa", false},
    {"lr", "", false},
    {"pc", ".ra", false},
};
constexpr CfiRegisterSet kRegisterSet = {kRegisters, 0};

class ArmUnwinder : public Unwinder {
 public:
  ArmUnwinder(const WalkedProcess& process, const minidump::MemoryRegion& stack)
      : Unwinder(process, stack, 4, kRegisterSet),
        is_ios_(process.system == WalkedProcess::System::kIos) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    Trust trust = Trust::kCfi;
    std::optional<Registers> registers;
    if (!is_ios_) registers = registers_by_cfi(callee);
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
    return make_frame(*registers, trust, pc, 2);
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
                                            const minidump::MemoryRegion& stack) {
  return std::make_unique<ArmUnwinder>(process, stack);
}

}  // namespace sigla
