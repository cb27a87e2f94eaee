// SPDX-License-Identifier: Apache-2.0
// One machine instruction, taken apart: what it is called, what it reads and writes, where it goes.
// For x86, amd64, ARM (with Thumb) and ARM64, by Capstone, which only this file's source knows.
//
//   const auto disassembler = Disassembler::make(context);
//   const auto instruction = disassembler->decode(bytes, context.instruction_pointer());
//   instruction->mnemonic                        // "mov"
//   address_of(*instruction, instruction->operands[0], context)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "formats/minidump/context.h"

namespace sigla {

// Names of registers are Capstone's, in lower case; they live as long as the program.
struct Operand {
  enum class Kind : std::uint8_t { kOther, kRegister, kImmediate, kMemory };
  Kind kind = Kind::kOther;
  std::uint8_t size = 0;  // bytes; 0 when not known
  bool is_read = false;
  bool is_written = false;
  std::string_view reg;  // of kRegister
  std::uint64_t immediate = 0;
  // Of kMemory: segment:[base + index * scale + displacement]; names are empty where there is none.
  std::string_view segment;
  std::string_view base;
  std::string_view index;
  std::uint8_t scale = 1;
  bool is_scaled_otherwise = false;  // by a shift or extension that `scale` does not tell
  std::int64_t displacement = 0;
};

struct Instruction {
  enum class Flow : std::uint8_t { kOther, kJump, kConditionalJump, kCall, kReturn };
  std::uint64_t address = 0;
  std::uint8_t size = 0;
  std::string mnemonic;  // without prefixes such as "lock" and "rep"
  std::string text;      // all of it, in Intel's syntax where there are two
  Flow flow = Flow::kOther;
  bool is_string = false;      // x86: moves, compares or fills a run of memory
  bool is_privileged = false;  // x86: faults in a user's process
  std::vector<Operand> operands;
};

class Disassembler {
 public:
  // For the processor, and on ARM the state, that the context is of; nothing for any other.
  static std::optional<Disassembler> make(const CpuContext& context);

  // The instruction that `bytes` begin with; nothing when they are none, or cut off.
  std::optional<Instruction> decode(Bytes bytes, std::uint64_t address) const;

 private:
  struct Close {
    void operator()(std::size_t* handle) const;
  };
  using Handle = std::unique_ptr<std::size_t, Close>;
  Disassembler(Arch arch, Handle handle) : arch_(arch), handle_(std::move(handle)) {}

  Arch arch_;
  Handle handle_;
};

// The value of the register in that context, also of a narrower part of it ("eax" of rax); nothing
// for registers that contexts do not tell.
std::optional<std::uint64_t> register_value(const CpuContext& context, std::string_view name);
// Where a memory operand lies when the instruction is about to execute; nothing when a register is
// not known, or the operand lies in thread-local storage.
std::optional<std::uint64_t> address_of(const Instruction& instruction,
                                        const Operand& operand,
                                        const CpuContext& context);

}  // namespace sigla
