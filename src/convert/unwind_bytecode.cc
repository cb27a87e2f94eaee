// SPDX-License-Identifier: Apache-2.0
#include "convert/unwind_bytecode.h"

#include <algorithm>
#include <vector>

#include "base/byte_reader.h"
#include "symcache/unwind_expression.h"

namespace sigla {
namespace {

// DWARF 5, section 7.7.1.
enum : std::uint8_t {
  DW_OP_deref = 0x06,
  DW_OP_const1u = 0x08,
  DW_OP_const1s = 0x09,
  DW_OP_const2u = 0x0a,
  DW_OP_const2s = 0x0b,
  DW_OP_const4u = 0x0c,
  DW_OP_const4s = 0x0d,
  DW_OP_const8u = 0x0e,
  DW_OP_const8s = 0x0f,
  DW_OP_constu = 0x10,
  DW_OP_consts = 0x11,
  DW_OP_dup = 0x12,
  DW_OP_drop = 0x13,
  DW_OP_over = 0x14,
  DW_OP_pick = 0x15,
  DW_OP_swap = 0x16,
  DW_OP_rot = 0x17,
  DW_OP_abs = 0x19,
  DW_OP_and = 0x1a,
  DW_OP_div = 0x1b,
  DW_OP_minus = 0x1c,
  DW_OP_mod = 0x1d,
  DW_OP_mul = 0x1e,
  DW_OP_neg = 0x1f,
  DW_OP_not = 0x20,
  DW_OP_or = 0x21,
  DW_OP_plus = 0x22,
  DW_OP_plus_uconst = 0x23,
  DW_OP_shl = 0x24,
  DW_OP_shr = 0x25,
  DW_OP_shra = 0x26,
  DW_OP_xor = 0x27,
  DW_OP_bra = 0x28,
  DW_OP_eq = 0x29,
  DW_OP_ge = 0x2a,
  DW_OP_gt = 0x2b,
  DW_OP_le = 0x2c,
  DW_OP_lt = 0x2d,
  DW_OP_ne = 0x2e,
  DW_OP_skip = 0x2f,
  DW_OP_lit0 = 0x30,
  DW_OP_lit31 = 0x4f,
  DW_OP_breg0 = 0x70,
  DW_OP_breg31 = 0x8f,
  DW_OP_bregx = 0x92,
  DW_OP_deref_size = 0x94,
  DW_OP_nop = 0x96,
  DW_OP_call_frame_cfa = 0x9c,
};

class Translator {
 public:
  Translator(const DwarfExpression& expression, const Limits& limits)
      : reader_(expression.code, expression.order),
        code_size_(expression.code.size()),
        address_size_(expression.address_size),
        count_max_(limits.postfix_token_count_max) {
    if (expression.starts_with_cfa) append_step(out_, {.op = UnwindOp::kCfa});
  }

  std::optional<Buffer> run() {
    for (std::uint32_t count = 0; !reader_.at_end(); ++count) {
      places_.push_back({reader_.position(), out_.size()});
      if (count == count_max_ || !take(reader_.u8()) || !reader_.ok()) return std::nullopt;
    }
    places_.push_back({code_size_, out_.size()});
    if (!link()) return std::nullopt;
    return std::move(out_);
  }

 private:
  struct Place {
    std::size_t source;
    std::size_t target;
  };
  struct Jump {
    std::size_t operand;     // where its distance stands in out_
    std::int64_t to_source;  // offset in the DWARF expression
  };
  // A distance is written once all operations have their places, so it always takes as much room.
  static constexpr std::size_t kDistanceSize = 3;

  bool add(const UnwindStep& step) {
    append_step(out_, step);
    return true;
  }
  bool add_constant(std::int64_t value) {
    return add({.op = UnwindOp::kConstant, .offset = value});
  }
  bool add_jump(UnwindOp op) {
    const auto distance = static_cast<std::int16_t>(reader_.u16());
    out_.push_back(static_cast<std::uint8_t>(op));
    jumps_.push_back({out_.size(), static_cast<std::int64_t>(reader_.position()) + distance});
    out_.insert(out_.end(), kDistanceSize, 0);
    return true;
  }

  bool link() {
    for (const Jump& jump : jumps_) {
      if (jump.to_source < 0) return false;
      const auto place = std::ranges::lower_bound(
          places_, static_cast<std::size_t>(jump.to_source), {}, &Place::source);
      if (place == places_.end() || place->source != static_cast<std::size_t>(jump.to_source)) {
        return false;
      }
      const std::uint64_t distance =
          symcache::zigzag(static_cast<std::int64_t>(place->target) -
                           static_cast<std::int64_t>(jump.operand + kDistanceSize));
      if (distance >> (7 * kDistanceSize) != 0) return false;
      for (std::size_t i = 0; i < kDistanceSize; ++i) {
        const bool is_last = i + 1 == kDistanceSize;
        out_[jump.operand + i] =
            static_cast<std::uint8_t>((distance >> (7 * i) & 0x7f) | (is_last ? 0 : 0x80));
      }
    }
    return true;
  }

  bool take(std::uint8_t op) {
    if (op >= DW_OP_lit0 && op <= DW_OP_lit31) return add_constant(op - DW_OP_lit0);
    if (op >= DW_OP_breg0 && op <= DW_OP_breg31) {
      const auto reg = static_cast<std::uint32_t>(op - DW_OP_breg0);
      return add({.op = UnwindOp::kRegister, .number = reg, .offset = reader_.sleb128()});
    }
    if (op >= DW_OP_const1u && op <= DW_OP_consts) return take_constant(op);
    return take_operation(op);
  }

  bool take_constant(std::uint8_t op) {
    switch (op) {
      case DW_OP_const1u:
        return add_constant(reader_.u8());
      case DW_OP_const1s:
        return add_constant(static_cast<std::int8_t>(reader_.u8()));
      case DW_OP_const2u:
        return add_constant(reader_.u16());
      case DW_OP_const2s:
        return add_constant(static_cast<std::int16_t>(reader_.u16()));
      case DW_OP_const4u:
        return add_constant(reader_.u32());
      case DW_OP_const4s:
        return add_constant(static_cast<std::int32_t>(reader_.u32()));
      case DW_OP_const8u:
      case DW_OP_const8s:
        return add_constant(static_cast<std::int64_t>(reader_.u64()));
      case DW_OP_constu:
        return add_constant(static_cast<std::int64_t>(reader_.uleb128()));
      default:
        return add_constant(reader_.sleb128());
    }
  }

  bool take_operation(std::uint8_t op) {
    switch (op) {
      case DW_OP_deref:
        return add({.op = UnwindOp::kDeref});
      case DW_OP_deref_size: {
        const std::uint8_t size = reader_.u8();
        const bool is_power = size == 1 || size == 2 || size == 4 || size == 8;
        return is_power && size <= address_size_ && add({.op = UnwindOp::kDeref, .number = size});
      }
      case DW_OP_over:
        return add({.op = UnwindOp::kPick, .number = 1});
      case DW_OP_pick:
        return add({.op = UnwindOp::kPick, .number = reader_.u8()});
      case DW_OP_plus_uconst:
        return add_constant(static_cast<std::int64_t>(reader_.uleb128())) &&
               add({.op = UnwindOp::kAdd});
      case DW_OP_bregx: {
        const std::uint64_t reg = reader_.uleb128();
        return reg <= UINT16_MAX && add({.op = UnwindOp::kRegister,
                                         .number = static_cast<std::uint32_t>(reg),
                                         .offset = reader_.sleb128()});
      }
      case DW_OP_call_frame_cfa:
        return add({.op = UnwindOp::kCfa});
      case DW_OP_bra:
        return add_jump(UnwindOp::kBranch);
      case DW_OP_skip:
        return add_jump(UnwindOp::kJump);
      case DW_OP_nop:
        return true;
      default: {
        const auto found = std::ranges::find(kPlain, op, &Plain::dwarf);
        return found != std::end(kPlain) && add({.op = found->op});
      }
    }
  }

  struct Plain {
    std::uint8_t dwarf;
    UnwindOp op;
  };
  static constexpr Plain kPlain[] = {
      {DW_OP_dup, UnwindOp::kDuplicate},
      {DW_OP_drop, UnwindOp::kDrop},
      {DW_OP_swap, UnwindOp::kSwap},
      {DW_OP_rot, UnwindOp::kRotate},
      {DW_OP_abs, UnwindOp::kAbsolute},
      {DW_OP_and, UnwindOp::kAnd},
      {DW_OP_div, UnwindOp::kDivideSigned},
      {DW_OP_minus, UnwindOp::kSubtract},
      {DW_OP_mod, UnwindOp::kModulo},
      {DW_OP_mul, UnwindOp::kMultiply},
      {DW_OP_neg, UnwindOp::kNegate},
      {DW_OP_not, UnwindOp::kNot},
      {DW_OP_or, UnwindOp::kOr},
      {DW_OP_plus, UnwindOp::kAdd},
      {DW_OP_shl, UnwindOp::kShiftLeft},
      {DW_OP_shr, UnwindOp::kShiftRight},
      {DW_OP_shra, UnwindOp::kShiftRightSigned},
      {DW_OP_xor, UnwindOp::kXor},
      {DW_OP_eq, UnwindOp::kEqual},
      {DW_OP_ge, UnwindOp::kGreaterEqual},
      {DW_OP_gt, UnwindOp::kGreater},
      {DW_OP_le, UnwindOp::kLessEqual},
      {DW_OP_lt, UnwindOp::kLess},
      {DW_OP_ne, UnwindOp::kNotEqual},
  };

  ByteReader reader_;
  std::size_t code_size_;
  std::uint8_t address_size_;
  std::uint32_t count_max_;
  Buffer out_;
  std::vector<Place> places_;
  std::vector<Jump> jumps_;
};

}  // namespace

std::optional<Buffer> unwind_bytecode(const DwarfExpression& expression, const Limits& limits) {
  return Translator(expression, limits).run();
}

}  // namespace sigla
