// SPDX-License-Identifier: Apache-2.0
// Stack walking on ARM64, pointer authentication included.
#include <bit>

#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

// The registers stand in DWARF's order.
constexpr std::uint8_t kNumbers[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                     11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                     22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
constexpr CfiRegisterSet kRegisterSet = {
    .numbers = kNumbers,
    .stack_pointer = kArm64Sp,
    .program_counter = kArm64Pc,
    .callee_saved = 0x3ff80000,  // x19 to x29
    .unknown = 0,
    .width = 8,
};

class Arm64Unwinder : public Unwinder {
 public:
  Arm64Unwinder(const WalkedProcess& process, const StackMemory& stack)
      : Unwinder(process, stack, kRegisterSet) {
    if (process.modules == nullptr || process.modules->modules().empty()) return;
    const ProcessModule& highest = process.modules->modules().back();
    const auto bits = std::bit_width(highest.base + highest.size);
    address_mask_ = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  }

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    Frame& callee = frames.back();
    if (callee.trust == Trust::kContext) strip_register(callee.registers.values[kArm64Lr]);
    Trust trust = Trust::kCfi;
    std::uint64_t step = 4;
    std::optional<Registers> registers;
    const CfiCaller by_rules = caller_by_cfi(callee);
    if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
    if (by_rules.outcome == CfiOutcome::kFound) {
      registers = by_rules.registers;
      strip_register(registers->values[kArm64Pc]);
      if (by_rules.was_interrupted) step = 0;
    }
    if (!registers) {
      registers = by_frame_pointer(frames);
      trust = Trust::kFramePointer;
    }
    if (!registers && may_scan) {
      registers = by_scan(callee);
      trust = Trust::kScan;
    }
    if (!registers) return std::nullopt;
    const std::uint64_t pc = registers->values[kArm64Pc];
    if (is_end(callee, pc, registers->values[kArm64Sp], callee.registers.values[kArm64Sp])) {
      return std::nullopt;
    }
    return make_frame(*registers, trust, pc, step);
  }

 private:
  // The address without a pointer authentication code, if that makes it an address of a module.
  std::uint64_t strip(std::uint64_t address) const {
    const std::uint64_t stripped = address & address_mask_;
    return is_in_module(stripped) ? stripped : address;
  }
  void strip_register(std::uint64_t& value) const { value = strip(value); }

  std::optional<Registers> by_frame_pointer(std::vector<Frame>& frames) const {
    Frame& callee = frames.back();
    if (!callee.registers.is_valid(kArm64Lr)) repair_lr(frames);
    const Registers& from = callee.registers;
    const std::uint64_t fp = from.values[kArm64Fp];
    const auto caller_fp = fp == 0 ? 0 : read(fp);
    const auto caller_lr = fp == 0 ? 0 : read(fp + 8);
    if (!caller_fp || !caller_lr) return std::nullopt;
    Registers caller = from;
    caller.valid = 0;
    caller.set(kArm64Fp, *caller_fp);
    caller.set(kArm64Sp, fp == 0 ? from.values[kArm64Sp] : fp + 16);
    caller.set(kArm64Pc, from.values[kArm64Lr]);
    caller.set(kArm64Lr, strip(*caller_lr));
    return caller;
  }

  // A frame found by CFI or scanning does not know its lr; the frame record its callee pushed does,
  // if the callee's chain leads here.
  void repair_lr(std::vector<Frame>& frames) const {
    if (frames.size() < 2) return;
    Registers& last = frames.back().registers;
    if (last.values[kArm64Fp] <= last.values[kArm64Sp]) return;
    const std::uint64_t callee_fp = frames[frames.size() - 2].registers.values[kArm64Fp];
    const auto saved_fp = callee_fp == 0 ? 0 : read(callee_fp);
    if (!saved_fp || *saved_fp != last.values[kArm64Fp]) return;
    const auto saved_lr = callee_fp == 0 ? 0 : read(callee_fp + 8);
    if (saved_lr) last.values[kArm64Lr] = strip(*saved_lr);
  }

  std::optional<Registers> by_scan(const Frame& callee) const {
    const auto found = scan_below(callee, callee.registers.values[kArm64Sp]);
    if (!found) return std::nullopt;
    Registers caller = callee.registers;
    caller.valid = 0;
    caller.set(kArm64Pc, found->address);
    caller.set(kArm64Sp, found->location + 8);
    return caller;
  }

  std::uint64_t address_mask_ = ~std::uint64_t{0};
};

}  // namespace

std::unique_ptr<Unwinder> make_arm64_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack) {
  return std::make_unique<Arm64Unwinder>(process, stack);
}

}  // namespace sigla
