// SPDX-License-Identifier: Apache-2.0
// Gives unwind rules and their expressions a value, in the state of one frame. Private to this
// folder. Bounded: an expression takes a limited number of steps on a stack of fixed size.
#pragma once

#include <array>
#include <optional>

#include "stackwalk/cfi.h"
#include "symcache/unwind_expression.h"

namespace sigla {

class UnwindMachine {
 public:
  UnwindMachine(const CfiRegisterSet& set,
                const Registers& registers,
                const StackMemory& memory,
                std::uint32_t step_count_max)
      : set_(set), registers_(registers), memory_(memory), step_count_max_(step_count_max) {}

  void set_cfa(std::uint64_t cfa) { cfa_ = cfa; }
  // `self` is the register the rule recovers, which "same value" means.
  std::optional<std::uint64_t> value_of(const UnwindRule& rule, std::optional<std::size_t> self);
  // Where a DWARF register stands in Registers.
  std::optional<std::size_t> index_of(std::uint32_t number) const;

 private:
  static constexpr std::size_t kDepthMax = 1'024;

  std::optional<std::uint64_t> evaluate(Bytes code);
  bool take(const UnwindStep& step, UnwindStepReader& reader);
  bool apply_binary(UnwindOp op);
  bool apply_unary(UnwindOp op);
  bool push(std::optional<std::uint64_t> value) {
    if (!value || depth_ == kDepthMax) return false;
    stack_[depth_++] = wrap(*value);
    return true;
  }
  std::optional<std::uint64_t> register_value(std::uint32_t number) const;
  std::optional<std::uint64_t> read(std::uint64_t address, std::size_t size) const {
    return memory_.read(wrap(address), size);
  }
  std::uint64_t wrap(std::uint64_t value) const {
    return set_.width == 4 ? value & 0xffffffffU : value;
  }
  std::int64_t to_signed(std::uint64_t value) const {
    return set_.width == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
  }

  const CfiRegisterSet& set_;
  const Registers& registers_;
  const StackMemory& memory_;
  const std::uint32_t step_count_max_;
  std::optional<std::uint64_t> cfa_;
  std::size_t depth_ = 0;
  std::array<std::uint64_t, kDepthMax> stack_;  // not set before it is used
};

}  // namespace sigla
