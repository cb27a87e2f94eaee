// SPDX-License-Identifier: Apache-2.0
// What the evidence of a crash says beyond its reason: which instruction failed, over which memory,
// whether the address is what it seems, and whether all of it fits together. The rules are those of
// rust-minidump (minidump-processor/src/processor.rs); "stack overflow" is ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stackwalk/bit_flips.h"
#include "stackwalk/crash_evidence.h"
#include "stackwalk/instruction_effects.h"

namespace sigla {

// Contradictions between what the system said and what the instruction can have done: signs of
// hardware that fails, or of a dump that was tampered with.
enum class CrashInconsistency : std::uint8_t {
  kIntDivByZeroNotPossible,
  kPrivInstructionCrashWithoutPrivInstruction,
  kNonCanonicalAddressFalselyReported,
  kAccessViolationWhenAccessAllowed,
  kCrashingAccessNotFoundInMemoryAccesses,
};
// "int_div_by_zero_not_possible", ...: rust-minidump's names.
std::string_view to_string(CrashInconsistency inconsistency);

struct CrashFindings {
  std::string instruction;       // empty when its bytes are not there or are none
  std::string rust_instruction;  // the same as rust-minidump prints it
  std::optional<InstructionEffects> effects;

  // A better address than the system's: it is the offset from a null pointer, or the address that
  // amd64 cannot have, which systems report as 0 or -1.
  enum class Adjustment : std::uint8_t { kNone, kNullPointer, kNonCanonical };
  Adjustment adjustment = Adjustment::kNone;
  std::uint64_t adjusted_address = 0;

  bool is_stack_overflow = false;
  std::vector<PossibleBitFlip> bit_flips;
  std::vector<CrashInconsistency> inconsistencies;
};

// Empty findings when there was no exception.
CrashFindings find_in_crash(const CrashEvidence& evidence);

}  // namespace sigla
