// SPDX-License-Identifier: Apache-2.0
// Stack walking on ARM64, pointer authentication included.
#include <bit>

#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

using minidump::kArm64Fp;
using minidump::kArm64Lr;
using minidump::kArm64Pc;
using minidump::kArm64Sp;

constexpr CfiRegister kRegisters[] = {
    {"x0", "", false},    {"x1", "", false},  {"x2", "", false},  {"x3", "", false},
    {"x4", "", false},    {"x5", "", false},  {"x6", "", false},  {"x7", "", false},
    {"x8", "", false},    {"x9", "", false},  {"x10", "", false}, {"x11", "", false},
    {"x12", "", false},   {"x13", "", false}, {"x14", "", false}, {"x15", "", false},
    {"x16", "", false},   {"x17", "", false}, {"x18", "", false}, {"x19", "", true},
    {"x20", "", true},    {"x21", "", true},  {"x22", "", true},  {"x23", "", true},
    {"x24", "", true},    {"x25", "", true},  {"x26", "", true},  {"x27", "", true},
    {"x28", "", true},    {"x29", "", true},  {"x30", "", false}, {"sp", ".cfa", false},
    {"pc", ".ra", false},
};
constexpr CfiRegisterSet kRegisterSet = {kRegisters, 0};

class Arm64Unwinder : public Unwinder {
 public:
  Arm64Unwinder(const WalkedProcess& process, const minidump::MemoryRegion& stack)
      : Unwinder(process, stack, 8, kRegisterSet) {
    if (process.modules == nullptr || process.modules->modules().empty()) return;
    const ProcessModule& highest = process.modules->modules().back();
    const auto bits = std::bit_width(highest.base + highest.size);
    address_mask_ = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  }

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    Frame& callee = frames.back();
    if (callee.trust == Trust::kContext) strip_register(callee.registers.values[kArm64Lr]);
    Trust trust = Trust::kCfi;
    auto registers = registers_by_cfi(callee);
    if (registers) strip_register(registers->values[kArm64Pc]);
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
    return make_frame(*registers, trust, pc, 4);
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
                                              const minidump::MemoryRegion& stack) {
  return std::make_unique<Arm64Unwinder>(process, stack);
}

}  // namespace sigla
