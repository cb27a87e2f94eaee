// SPDX-License-Identifier: Apache-2.0
// Addresses that a crash would not have happened with, one flipped bit away from the one it
// happened with: memory that fails does that. The rules and the weights are rust-minidump's
// (minidump-processor/src/processor.rs, process_state.rs), with whose numbers crashes are sorted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stackwalk/crash_evidence.h"

namespace sigla {

enum class MemoryOperation : std::uint8_t { kUndetermined, kRead, kWrite, kExecute };
// Whether that could be done there; what is not determined could be done anywhere.
bool may_be_allowed(MemoryOperation operation, const MemoryMapping& mapping);

struct PossibleBitFlip {
  std::uint64_t address = 0;    // with the bit flipped back
  std::string source_register;  // that had the wrong one; empty: the address itself
  float confidence = 0;         // 0 to 1
  // What it comes from:
  bool was_non_canonical = false;  // it could not have been an address at all
  bool is_null = false;            // `address` is
  bool was_low = false;            // likewise, and the wrong one was small, as counters are
  std::uint32_t nearby_registers = 0;
  bool has_poison_registers = false;  // freed memory's pattern, which speaks against it
};

struct BitFlipSearch {
  std::uint64_t address = 0;
  std::string source_register;
  bool is_non_canonical = false;  // of amd64: the upper bits are wrong, else one of the lower
  MemoryOperation operation = MemoryOperation::kUndetermined;
  std::uint8_t access_size = 0;  // 0: not known
};
// None where the address is mapped for the operation, or lies right behind what is.
std::vector<PossibleBitFlip> find_bit_flips(const BitFlipSearch& search,
                                            const CrashEvidence& evidence);

}  // namespace sigla
