// SPDX-License-Identifier: Apache-2.0
// One physical frame of a walked stack, and how far it can be believed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ident/registers.h"

namespace sigla {

// From the least to the most believable, as Breakpad orders them.
enum class Trust : std::uint8_t {
  kNone,
  kScan,     // a word on the stack looked like a return address
  kCfiScan,  // call frame information, then a scan for the return address
  kFramePointer,
  kCfi,        // call frame information (STACK CFI, STACK WIN)
  kPrewalked,  // given by another stack walker
  kContext,    // the registers of the thread
  kInline,     // an inlined call of the frame below it
  kLeaf,       // a return simulated at the top of the stack
};
// "none", "scan", "cfi_scan", "frame_pointer", "cfi", "prewalked", "context", "inline", "leaf".
std::string_view to_string(Trust trust);

// General registers in the order of CpuContext. A register whose bit in `valid` is clear has
// the value it was last known to have, which some methods use for want of better.
struct Registers {
  static constexpr std::size_t kCount = kRegisterCountMax;
  std::array<std::uint64_t, kCount> values{};
  std::uint64_t valid = 0;

  bool is_valid(std::size_t index) const { return ((valid >> index) & 1U) != 0; }
  void set(std::size_t index, std::uint64_t value) {
    values[index] = value;
    valid |= std::uint64_t{1} << index;
  }
};

struct Frame {
  // Inside the instruction that was executing: the return address less a little, so that a call at
  // the end of a function or line is not taken for what follows it.
  std::uint64_t instruction = 0;
  std::uint64_t return_address = 0;       // the instruction pointer itself
  std::optional<std::uint32_t> module;    // index of Process::modules
  std::optional<std::uint32_t> unloaded;  // else, index of Process::unloaded_modules
  Trust trust = Trust::kNone;
  Registers registers;
};

}  // namespace sigla
