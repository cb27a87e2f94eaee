// SPDX-License-Identifier: Apache-2.0
// The bytecode of the expressions in unwind rules: what call frame information uses of DWARF's
// stack machine (DWARF 5, section 2.5), and the operators of Breakpad's postfix. Values are words
// of the processor (4 or 8 bytes) and wrap around. docs/formats/symcache.md, "Unwind expressions".
//
//   02 07 10  04 00     the word at register 7 + 8
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "symcache/varint.h"

namespace sigla {

enum class UnwindOp : std::uint8_t {
  kConstant = 1,  // zigzag: pushes it
  kRegister,      // ULEB DWARF number, zigzag offset: pushes register + offset
  kCfa,           // zigzag offset: pushes CFA + offset
  kDeref,         // byte count (one byte; 0: a word): replaces an address by what lies there
  kDuplicate,
  kDrop,
  kPick,  // one byte: pushes the value that many below the top
  kSwap,
  kRotate,  // the top goes below the two beneath it
  kAbsolute,
  kNegate,
  kNot,
  kAdd,
  kSubtract,
  kMultiply,
  kDivideSigned,
  kDivide,
  kModulo,
  kAnd,
  kOr,
  kXor,
  kShiftLeft,
  kShiftRight,
  kShiftRightSigned,
  kAlign,  // Breakpad's @: rounds down to a multiple of the top
  kEqual,  // signed comparisons: push 1 or 0
  kGreaterEqual,
  kGreater,
  kLessEqual,
  kLess,
  kNotEqual,
  kBranch,  // zigzag distance from the next operation, if the popped value is not 0
  kJump,    // zigzag distance from the next operation
};
inline constexpr UnwindOp kUnwindOpMax = UnwindOp::kJump;

// One operation and its operands; `number` and `offset` are 0 where the operation has none.
struct UnwindStep {
  UnwindOp op{};
  std::uint32_t number = 0;  // register, byte count, index
  std::int64_t offset = 0;   // constant, offset, distance
};

inline void append_step(Buffer& out, const UnwindStep& step) {
  out.push_back(static_cast<std::uint8_t>(step.op));
  switch (step.op) {
    case UnwindOp::kRegister:
      symcache::append_varint(out, step.number);
      symcache::append_varint(out, symcache::zigzag(step.offset));
      break;
    case UnwindOp::kConstant:
    case UnwindOp::kCfa:
    case UnwindOp::kBranch:
    case UnwindOp::kJump:
      symcache::append_varint(out, symcache::zigzag(step.offset));
      break;
    case UnwindOp::kDeref:
    case UnwindOp::kPick:
      out.push_back(static_cast<std::uint8_t>(step.number));
      break;
    default:
      break;
  }
}

// Reads what append_step() writes; any bytes give some steps.
class UnwindStepReader {
 public:
  explicit UnwindStepReader(Bytes code) : code_(code) {}

  bool at_end() const { return position_ >= code_.size(); }
  UnwindStep next() {
    symcache::VarintReader reader(code_.subspan(position_));
    UnwindStep step;
    step.op = static_cast<UnwindOp>(reader.byte());
    switch (step.op) {
      case UnwindOp::kRegister:
        step.number = reader.next32();
        step.offset = symcache::unzigzag(reader.next());
        break;
      case UnwindOp::kConstant:
      case UnwindOp::kCfa:
      case UnwindOp::kBranch:
      case UnwindOp::kJump:
        step.offset = symcache::unzigzag(reader.next());
        break;
      case UnwindOp::kDeref:
      case UnwindOp::kPick:
        step.number = reader.byte();
        break;
      default:
        break;
    }
    position_ = code_.size() - reader.remaining();
    return step;
  }
  // Moves by a distance from here; false when that leads out of the expression.
  bool jump(std::int64_t distance) {
    const auto here = static_cast<std::int64_t>(position_);
    const auto size = static_cast<std::int64_t>(code_.size());
    if (distance < -here || distance > size - here) return false;
    position_ = static_cast<std::size_t>(here + distance);
    return true;
  }

 private:
  Bytes code_;
  std::size_t position_ = 0;
};

}  // namespace sigla
