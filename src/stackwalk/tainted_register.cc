// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/tainted_register.h"

#include <algorithm>
#include <iterator>

namespace sigla {
namespace {

const Operand* operand_at(const Instruction& instruction, std::size_t index) {
  return index < instruction.operands.size() ? &instruction.operands[index] : nullptr;
}

bool is_move(std::string_view mnemonic) {
  constexpr std::string_view kMoves[] = {"mov", "movzx", "movsx", "lea", "pop"};
  return mnemonic.starts_with("cmov") ||
         std::find(std::begin(kMoves), std::end(kMoves), mnemonic) != std::end(kMoves);
}

}  // namespace

TaintedRegister::TaintedRegister(const Instruction& failing, bool is_read) {
  const Operand* operand = operand_at(failing, is_read ? 1 : 0);
  if (operand != nullptr && operand->kind == Operand::Kind::kMemory) reg_ = operand->base;
}

bool TaintedRegister::is_base(const Operand* operand) const {
  return operand != nullptr && operand->kind == Operand::Kind::kMemory && operand->base == reg_;
}

bool TaintedRegister::is_register(const Operand* operand) const {
  return operand != nullptr && operand->kind == Operand::Kind::kRegister && operand->reg == reg_;
}

void TaintedRegister::step(const Instruction& instruction) {
  if (reg_.empty()) return;
  flag_use(instruction);
  const Operand* operand = operand_at(instruction, 0);
  if (operand != nullptr && instruction.mnemonic == "push") flag_push(*operand);
  follow(instruction);
}

void TaintedRegister::flag_use(const Instruction& instruction) {
  const Operand* target = operand_at(instruction, 0);
  const Operand* source = operand_at(instruction, 1);
  if (instruction.flow != Instruction::Flow::kOther) {
    if (target != nullptr) flag_flow(instruction, *target);
  } else if (instruction.is_string) {
    if (is_base(target)) flags_ |= kBlockWrite;
    if (is_base(source)) flags_ |= kBlockRead;
  } else if (instruction.mnemonic == "cmp" || instruction.mnemonic == "test") {
    if (is_base(target) || is_base(source) || is_register(target) || is_register(source)) {
      flags_ |= kComparison;
    }
  } else {
    if (is_base(target)) flags_ |= kWrite;
    if (is_base(source)) flags_ |= kRead;
  }
}

void TaintedRegister::flag_flow(const Instruction& instruction, const Operand& target) {
  if (instruction.flow == Instruction::Flow::kReturn) return;
  if (target.kind == Operand::Kind::kImmediate) {
    if (was_pushed_ && instruction.flow == Instruction::Flow::kCall) flags_ |= kArgument;
  } else if (is_base(&target) || is_register(&target)) {
    flags_ |= kBranchTarget;
  }
}

void TaintedRegister::flag_push(const Operand& operand) {
  const bool is_in_address =
      operand.kind == Operand::Kind::kMemory && (operand.base == reg_ || operand.index == reg_);
  if (is_in_address || is_register(&operand)) was_pushed_ = true;
}

// Whether the register still has the bad value afterwards, or which one has it.
void TaintedRegister::follow(const Instruction& instruction) {
  const Operand* target = operand_at(instruction, 0);
  const Operand* source = operand_at(instruction, 1);
  const std::string_view mnemonic = instruction.mnemonic;
  if (mnemonic == "xor") {
    if (is_register(target) && is_register(source)) reg_ = {};
  } else if (is_move(mnemonic)) {
    if (is_register(target)) reg_ = {};
  } else if (mnemonic == "popal" || mnemonic == "popaw") {
    reg_ = {};
  } else if (mnemonic == "xchg" || mnemonic == "cmpxchg") {
    if (target == nullptr || source == nullptr || target->kind != Operand::Kind::kRegister ||
        source->kind != Operand::Kind::kRegister) {
      return;
    }
    if (target->reg == reg_) {
      reg_ = source->reg;
    } else if (source->reg == reg_) {
      reg_ = target->reg;
    }
  }
}

}  // namespace sigla
