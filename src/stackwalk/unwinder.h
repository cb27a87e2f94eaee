// SPDX-License-Identifier: Apache-2.0
// One step of a stack walk: what the processors have in common. Private to this folder.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "stackwalk/walker.h"

namespace sigla {

class Unwinder {
 public:
  virtual ~Unwinder() = default;
  // Null for a processor we cannot walk.
  static std::unique_ptr<Unwinder> make(Arch arch,
                                        const WalkedProcess& process,
                                        const StackMemory& stack);

  // The caller of frames.back(), with registers, return address, instruction and trust; nothing at
  // the end of the stack. May repair the registers of frames.back().
  virtual std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) = 0;

  std::uint64_t stack_pointer(const Frame& frame) const {
    return frame.registers.values[registers_.stack_pointer];
  }
  // The rules that gave the last caller are those of a signal handler's return. Nobody calls it:
  // the kernel makes handlers return to its first instruction, which is where the frame is.
  bool was_signal_frame() const { return was_signal_frame_; }
  // Fills in where the frame's instruction lies.
  void locate(Frame& frame) const;

 protected:
  Unwinder(const WalkedProcess& process, const StackMemory& stack, const CfiRegisterSet& registers)
      : process_(process), stack_(stack), width_(registers.width), registers_(registers) {}

  struct Found {
    std::uint64_t location;  // on the stack
    std::uint64_t address;   // the word that lies there
  };
  // The first word from `start` on that looks like a return address.
  std::optional<Found> scan(std::uint64_t start, unsigned word_count) const;
  std::optional<Found> scan_below(const Frame& frame, std::uint64_t start) const {
    return scan(start, frame.trust == Trust::kContext ? 4 * kScanWords : kScanWords);
  }
  // A word of the stack.
  std::optional<std::uint64_t> read(std::uint64_t address) const {
    return stack_.read_stack(wrap(address), width_);
  }
  std::uint64_t wrap(std::uint64_t value) const {
    return width_ == 4 ? value & 0xffffffffU : value;
  }
  bool is_in_module(std::uint64_t address) const {
    return process_.modules != nullptr && process_.modules->find(address).has_value();
  }

  // The module's symbols and the frame's address in it, when both are known.
  struct Place {
    ModuleSymbols symbols;
    std::uint64_t rva;
  };
  std::optional<Place> place_of(const Frame& frame) const;
  // By the unwind rules at the frame; only `registers` is set on kFound.
  struct CfiCaller {
    CfiOutcome outcome = CfiOutcome::kFailed;
    Registers registers;
    bool was_interrupted = false;  // the frame is a signal handler's: the caller's pc is exact
  };
  CfiCaller caller_by_cfi(const Frame& frame);

  // Breakpad ends a walk at an address nobody maps and where the stack does not grow.
  static bool is_end(const Frame& callee,
                     std::uint64_t pc,
                     std::uint64_t sp,
                     std::uint64_t callee_sp);
  // The frame of those registers, `step` back from the return address (0 where it is none).
  static Frame make_frame(const Registers& registers,
                          Trust trust,
                          std::uint64_t return_address,
                          std::uint64_t step);

  static constexpr unsigned kScanWords = 40;

  const WalkedProcess& process_;
  const StackMemory& stack_;
  const std::size_t width_;
  const CfiRegisterSet& registers_;

 private:
  bool seems_code(std::uint64_t address) const;
  bool was_signal_frame_ = false;
  mutable std::vector<SymcacheFrame> lookup_;  // kept to save allocations
};

std::unique_ptr<Unwinder> make_x86_unwinder(const WalkedProcess& process, const StackMemory& stack);
std::unique_ptr<Unwinder> make_amd64_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack);
std::unique_ptr<Unwinder> make_arm_unwinder(const WalkedProcess& process, const StackMemory& stack);
std::unique_ptr<Unwinder> make_mips_unwinder(const WalkedProcess& process,
                                             const StackMemory& stack,
                                             bool is_64);
std::unique_ptr<Unwinder> make_ppc_unwinder(const WalkedProcess& process,
                                            const StackMemory& stack,
                                            bool is_64);
std::unique_ptr<Unwinder> make_sparc_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack);
std::unique_ptr<Unwinder> make_riscv_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack,
                                              bool is_64);
std::unique_ptr<Unwinder> make_arm64_unwinder(const WalkedProcess& process,
                                              const StackMemory& stack);

}  // namespace sigla
