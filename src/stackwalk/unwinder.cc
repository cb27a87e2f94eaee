// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/unwinder.h"

namespace sigla {

std::unique_ptr<Unwinder> Unwinder::make(Arch arch,
                                         const WalkedProcess& process,
                                         const StackMemory& stack) {
  switch (arch) {
    case Arch::kX86:
      return make_x86_unwinder(process, stack);
    case Arch::kX86_64:
      return make_amd64_unwinder(process, stack);
    case Arch::kArm:
      return make_arm_unwinder(process, stack);
    case Arch::kArm64:
      return make_arm64_unwinder(process, stack);
    case Arch::kMips:
    case Arch::kMips64:
      return make_mips_unwinder(process, stack, arch == Arch::kMips64);
    case Arch::kPpc:
    case Arch::kPpc64:
      return make_ppc_unwinder(process, stack, arch == Arch::kPpc64);
    case Arch::kSparc:
      return make_sparc_unwinder(process, stack);
    case Arch::kRiscv32:
    case Arch::kRiscv64:
      return make_riscv_unwinder(process, stack, arch == Arch::kRiscv64);
    default:
      return nullptr;
  }
}

void Unwinder::locate(Frame& frame) const {
  if (process_.modules != nullptr) frame.module = process_.modules->find(frame.instruction);
  if (!frame.module && process_.unloaded_modules != nullptr) {
    frame.unloaded = process_.unloaded_modules->find(frame.instruction);
  }
}

bool Unwinder::seems_code(std::uint64_t address) const {
  if (process_.modules == nullptr) return false;
  const auto module = process_.modules->find(address);
  if (!module) return false;
  if (process_.symbols == nullptr) return true;
  const Symcache* names = process_.symbols->symbols(*module).names;
  if (names == nullptr) return true;
  names->lookup(address - process_.modules->modules()[*module].base, lookup_);
  return !lookup_.empty() && !lookup_.back().function.empty();
}

std::optional<Unwinder::Found> Unwinder::scan(std::uint64_t start, unsigned word_count) const {
  std::uint64_t location = start;
  for (unsigned i = 0; i <= word_count; ++i) {
    const auto word = read(location);
    if (!word) return std::nullopt;
    if (seems_code(wrap(*word - 1))) return Found{location, *word};
    location = wrap(location + width_);
  }
  return std::nullopt;
}

std::optional<Unwinder::Place> Unwinder::place_of(const Frame& frame) const {
  if (!frame.module || process_.symbols == nullptr) return std::nullopt;
  const ModuleSymbols symbols = process_.symbols->symbols(*frame.module);
  if (symbols.names == nullptr && symbols.unwind == nullptr) return std::nullopt;
  return Place{symbols, frame.instruction - process_.modules->modules()[*frame.module].base};
}

Unwinder::CfiCaller Unwinder::caller_by_cfi(const Frame& frame) {
  CfiCaller caller;
  was_signal_frame_ = false;
  const auto place = place_of(frame);
  if (!place) return caller;
  const auto [names, unwind] = place->symbols;
  auto rules = unwind == nullptr ? std::nullopt : unwind->find_unwind(place->rva);
  if (!rules && names != nullptr && names != unwind) rules = names->find_unwind(place->rva);
  if (!rules) return caller;
  caller.was_interrupted = rules->is_signal_frame();
  was_signal_frame_ = caller.was_interrupted;
  caller.outcome =
      apply_cfi(*rules, registers_, frame.registers, stack_, process_.limits, caller.registers);
  // Threads of all systems begin with a return address of 0. Where the first frame has none, its
  // stack was overwritten, and other methods may still find the callers.
  const bool is_null = caller.outcome == CfiOutcome::kFound &&
                       caller.registers.values[registers_.program_counter] == 0;
  if (is_null && frame.trust == Trust::kCfi) caller.outcome = CfiOutcome::kOutermost;
  return caller;
}

bool Unwinder::is_end(const Frame& callee,
                      std::uint64_t pc,
                      std::uint64_t sp,
                      std::uint64_t callee_sp) {
  constexpr std::uint64_t kFirstPage = 4096;
  if (pc < kFirstPage) return true;
  // A leaf function may have used no stack at all, which only the first frame can be.
  return callee.trust == Trust::kContext ? sp < callee_sp : sp <= callee_sp;
}

Frame Unwinder::make_frame(const Registers& registers,
                           Trust trust,
                           std::uint64_t return_address,
                           std::uint64_t step) {
  Frame frame;
  frame.registers = registers;
  frame.trust = trust;
  frame.return_address = return_address;
  frame.instruction = return_address - step;
  return frame;
}

}  // namespace sigla
