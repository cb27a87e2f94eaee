// SPDX-License-Identifier: Apache-2.0
// Follows a register with a bad value through the x86 code after a crash: what would have been done
// with it had the failing access succeeded (Breakpad's src/processor/disassembler_x86.cc).
#pragma once

#include <string_view>

#include "stackwalk/instruction.h"

namespace sigla {

class TaintedRegister {
 public:
  enum Flag : unsigned {
    kBranchTarget = 1U << 0U,  // it was called or jumped to
    kArgument = 1U << 1U,      // it was pushed, and then something was called
    kWrite = 1U << 2U,         // memory it points at was written
    kBlockWrite = 1U << 3U,    // the same by a string instruction
    kRead = 1U << 4U,
    kBlockRead = 1U << 5U,
    kComparison = 1U << 6U,
  };

  // The base of the operand that `failing` failed to read (its second) or to write (its first).
  // No register when that is not in memory.
  TaintedRegister(const Instruction& failing, bool is_read);

  // The instruction after the one before.
  void step(const Instruction& instruction);
  unsigned flags() const { return flags_; }

 private:
  void flag_use(const Instruction& instruction);
  void flag_flow(const Instruction& instruction, const Operand& target);
  void flag_push(const Operand& operand);
  void follow(const Instruction& instruction);
  bool is_base(const Operand* operand) const;
  bool is_register(const Operand* operand) const;

  std::string_view reg_;  // empty: none, or overwritten since
  bool was_pushed_ = false;
  unsigned flags_ = 0;
};

}  // namespace sigla
