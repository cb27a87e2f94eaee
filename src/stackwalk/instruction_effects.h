// SPDX-License-Identifier: Apache-2.0
// What one instruction was about to do with these registers: which memory it reads and writes, and
// where it goes next. The rules follow rust-minidump's minidump-processor/src/op_analysis.rs, so
// that its consumers find the same accesses; beyond it, 32-bit x86 and ARM64 are told, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stackwalk/crash_evidence.h"
#include "stackwalk/instruction.h"

namespace sigla {

struct MemoryAccess {
  enum class Kind : std::uint8_t { kUnknown, kRead, kWrite, kReadWrite };
  std::uint64_t address = 0;
  std::uint8_t size = 0;  // bytes; 0 when not known
  Kind kind = Kind::kUnknown;
  bool has_null_base = false;         // the address is an offset to a register that is zero
  bool is_likely_guard_page = false;  // set by find_in_crash()

  bool covers(std::uint64_t wanted) const { return wanted - address < size; }
  bool reads() const { return kind == Kind::kRead || kind == Kind::kReadWrite; }
  bool writes() const { return kind == Kind::kWrite || kind == Kind::kReadWrite; }
};
// "unknown", "read", "write", "readwrite".
std::string_view to_string(MemoryAccess::Kind kind);

struct InstructionEffects {
  enum class Flow : std::uint8_t { kUnknown, kGoesOn, kGoesTo };
  // Every access, the stack's included, when `is_complete`; else those of its operands. Nothing
  // when a register of an address is not known.
  std::optional<std::vector<MemoryAccess>> accesses;
  bool is_complete = false;
  Flow flow = Flow::kUnknown;  // of calls, jumps and returns that do not name their target
  std::uint64_t target = 0;    // of kGoesTo
  std::vector<std::string> address_registers;  // sorted, each once
};

InstructionEffects effects_of(const Instruction& instruction,
                              const CpuContext& context,
                              const CrashEvidence& evidence);

// The instruction as rust-minidump prints it: Intel's syntax, all numbers in hexadecimal.
std::string rust_minidump_text(const Instruction& instruction);

}  // namespace sigla
