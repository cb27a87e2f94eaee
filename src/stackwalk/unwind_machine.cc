// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/unwind_machine.h"

#include <algorithm>
#include <utility>

namespace sigla {

using Kind = UnwindRule::Kind;

std::optional<std::size_t> UnwindMachine::index_of(std::uint32_t number) const {
  // Nearly all processors' registers stand in DWARF's order.
  if (number < set_.numbers.size() && set_.numbers[number] == number) return number;
  const auto found = std::ranges::find(set_.numbers, number);
  if (found == set_.numbers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - set_.numbers.begin());
}

std::optional<std::uint64_t> UnwindMachine::register_value(std::uint32_t number) const {
  const auto index = index_of(number);
  if (!index || !registers_.is_valid(*index)) return std::nullopt;
  return registers_.values[*index];
}

std::optional<std::uint64_t> UnwindMachine::value_of(const UnwindRule& rule,
                                                     std::optional<std::size_t> self) {
  const auto offset = static_cast<std::uint64_t>(rule.offset);
  switch (rule.kind) {
    case Kind::kSameValue:
      if (!self || !registers_.is_valid(*self)) return std::nullopt;
      return registers_.values[*self];
    case Kind::kAtCfa:
      return cfa_ ? read(*cfa_ + offset, set_.width) : std::nullopt;
    case Kind::kCfaPlus:
      if (!cfa_) return std::nullopt;
      return wrap(*cfa_ + offset);
    case Kind::kRegister: {
      const auto value = register_value(rule.reg);
      if (!value) return std::nullopt;
      return wrap(*value + offset);
    }
    case Kind::kExpression:
      return evaluate(rule.expression);
    case Kind::kAtExpression: {
      const auto address = evaluate(rule.expression);
      return address ? read(*address, set_.width) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> UnwindMachine::evaluate(Bytes code) {
  depth_ = 0;
  std::uint32_t step_count = 0;
  for (UnwindStepReader reader(code); !reader.at_end();) {
    if (++step_count > step_count_max_ || !take(reader.next(), reader)) return std::nullopt;
  }
  if (depth_ == 0) return std::nullopt;
  return stack_[depth_ - 1];
}

bool UnwindMachine::take(const UnwindStep& step, UnwindStepReader& reader) {
  const auto offset = static_cast<std::uint64_t>(step.offset);
  switch (step.op) {
    case UnwindOp::kConstant:
      return push(offset);
    case UnwindOp::kRegister: {
      const auto value = register_value(step.number);
      return value && push(*value + offset);
    }
    case UnwindOp::kCfa:
      return cfa_ && push(*cfa_ + offset);
    case UnwindOp::kPick:
      return step.number < depth_ && push(stack_[depth_ - 1 - step.number]);
    case UnwindOp::kDuplicate:
      return depth_ != 0 && push(stack_[depth_ - 1]);
    case UnwindOp::kDrop:
      if (depth_ == 0) return false;
      --depth_;
      return true;
    case UnwindOp::kSwap:
      if (depth_ < 2) return false;
      std::swap(stack_[depth_ - 1], stack_[depth_ - 2]);
      return true;
    case UnwindOp::kRotate:
      if (depth_ < 3) return false;
      std::rotate(&stack_[depth_ - 3], &stack_[depth_ - 1], &stack_[depth_]);
      return true;
    case UnwindOp::kDeref: {
      if (depth_ == 0) return false;
      const auto value = read(stack_[--depth_], step.number == 0 ? set_.width : step.number);
      return push(value);
    }
    case UnwindOp::kBranch:
      return depth_ != 0 && (stack_[--depth_] == 0 || reader.jump(step.offset));
    case UnwindOp::kJump:
      return reader.jump(step.offset);
    case UnwindOp::kAbsolute:
    case UnwindOp::kNegate:
    case UnwindOp::kNot:
      return apply_unary(step.op);
    default:
      return apply_binary(step.op);
  }
}

bool UnwindMachine::apply_unary(UnwindOp op) {
  if (depth_ == 0) return false;
  std::uint64_t& top = stack_[depth_ - 1];
  if (op == UnwindOp::kNot) {
    top = wrap(~top);
  } else if (op == UnwindOp::kNegate || to_signed(top) < 0) {
    top = wrap(0 - top);
  }
  return true;
}

bool UnwindMachine::apply_binary(UnwindOp op) {
  if (depth_ < 2) return false;
  const std::uint64_t right = stack_[--depth_];
  const std::uint64_t left = stack_[--depth_];
  const std::int64_t signed_left = to_signed(left);
  const std::int64_t signed_right = to_signed(right);
  const unsigned bits = set_.width * 8;
  switch (op) {
    case UnwindOp::kAdd:
      return push(left + right);
    case UnwindOp::kSubtract:
      return push(left - right);
    case UnwindOp::kMultiply:
      return push(left * right);
    case UnwindOp::kDivide:
      return right != 0 && push(left / right);
    case UnwindOp::kModulo:
      return right != 0 && push(left % right);
    case UnwindOp::kDivideSigned:
      if (right == 0) return false;
      // The lowest number by -1 does not fit; it wraps to itself.
      if (signed_right == -1) return push(0 - left);
      return push(static_cast<std::uint64_t>(signed_left / signed_right));
    case UnwindOp::kAlign:
      return push(left & ~(right - 1));
    case UnwindOp::kAnd:
      return push(left & right);
    case UnwindOp::kOr:
      return push(left | right);
    case UnwindOp::kXor:
      return push(left ^ right);
    case UnwindOp::kShiftLeft:
      return push(right >= bits ? 0 : left << right);
    case UnwindOp::kShiftRight:
      return push(right >= bits ? 0 : left >> right);
    case UnwindOp::kShiftRightSigned:
      return push(
          static_cast<std::uint64_t>(signed_left >> std::min<std::uint64_t>(right, bits - 1)));
    case UnwindOp::kEqual:
      return push(left == right ? 1 : 0);
    case UnwindOp::kNotEqual:
      return push(left != right ? 1 : 0);
    case UnwindOp::kGreaterEqual:
      return push(signed_left >= signed_right ? 1 : 0);
    case UnwindOp::kGreater:
      return push(signed_left > signed_right ? 1 : 0);
    case UnwindOp::kLessEqual:
      return push(signed_left <= signed_right ? 1 : 0);
    case UnwindOp::kLess:
      return push(signed_left < signed_right ? 1 : 0);
    default:
      return false;
  }
}

}  // namespace sigla
