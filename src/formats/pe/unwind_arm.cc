// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/unwind_arm.h"

#include <algorithm>
#include <bit>

#include "base/byte_reader.h"
#include "formats/pe/unwind_sequence.h"

namespace sigla::pe {
namespace {

constexpr std::uint8_t kR11 = 11;
constexpr std::uint8_t kSp = 13;
constexpr std::uint8_t kLr = 14;
constexpr std::uint16_t kD0 = 256;
constexpr std::uint32_t kLrBit = 1U << kLr;
constexpr std::uint32_t kFirstKept = 4;  // r0 to r3 are pushed for their room, or as arguments

// What one instruction of a prologue does, whatever code stands for it.
struct Step {
  enum class Kind : std::uint8_t {
    kNothing,
    kMove,         // the stack pointer goes down by `value`
    kPush,         // the core registers whose bits are set in `value`
    kPushDoubles,  // d registers from `value` on, `count` of them
    kStoreLr,      // the stack pointer goes down by `value`, lr is saved there
    kSetFrame,     // register `value` = sp
    kEnd,
  };
  Kind kind = Kind::kNothing;
  std::uint8_t op_size = 4;
  std::uint32_t value = 0;
  std::uint32_t count = 0;
};
using Kind = Step::Kind;
using Description = UnwindSequences<Step>;

std::uint32_t low_bits(std::uint32_t count) { return (1U << count) - 1; }

// r4 to rN.
std::uint32_t kept_up_to(std::uint32_t last) { return low_bits(last + 1) & ~low_bits(kFirstKept); }

Step doubles(std::uint32_t first, std::uint32_t last) {
  if (last < first) return {};
  return {.kind = Kind::kPushDoubles, .value = first, .count = last - first + 1};
}

// What follows the first byte of a code, as one number.
std::uint32_t rest_of(ByteReader& codes, int size) {
  std::uint32_t number = 0;
  for (int i = 0; i < size; ++i) number = number << 8 | codes.u8();
  return number;
}

Step move(std::uint8_t op_size, std::uint32_t words) {
  return {.kind = Kind::kMove, .op_size = op_size, .value = words * 4};
}
Step push(std::uint8_t op_size, std::uint32_t registers) {
  return {.kind = Kind::kPush, .op_size = op_size, .value = registers};
}

Result<Step> read_long_step(std::uint8_t first, ByteReader& codes) {
  switch (first) {
    case 0xef: {  // ldr lr, [sp], #X
      const std::uint32_t second = codes.u8();
      if (second > 0x0f) break;
      return Step{.kind = Kind::kStoreLr, .value = second * 4};
    }
    case 0xf5:
    case 0xf6: {
      const std::uint32_t second = codes.u8();
      const std::uint32_t base = first == 0xf6 ? 16 : 0;
      return doubles(base + (second >> 4), base + (second & 0x0f));
    }
    case 0xf7:
      return move(2, rest_of(codes, 2));
    case 0xf8:
      return move(2, rest_of(codes, 3));
    case 0xf9:
      return move(4, rest_of(codes, 2));
    case 0xfa:
      return move(4, rest_of(codes, 3));
    case 0xfb:
      return Step{.op_size = 2};
    case 0xfc:
      return Step{};
    case 0xfd:
      return Step{.kind = Kind::kEnd, .op_size = 2};
    case 0xfe:
      return Step{.kind = Kind::kEnd, .op_size = 4};
    case 0xff:
      return Step{.kind = Kind::kEnd, .op_size = 0};
    default:  // 0xee: of the kernel's own frames
      break;
  }
  return make_error(ErrorCode::kUnsupported, "ARM unwind code {:#x}", first);
}

// One code, which is one to four bytes.
Result<Step> read_step(ByteReader& codes) {
  const std::uint8_t first = codes.u8();
  if (first < 0x80) return move(2, first);
  if (first < 0xc0) {
    const std::uint32_t wide = std::uint32_t{first} << 8 | codes.u8();
    return push(4, (wide & 0x1fff) | ((wide & 0x2000) != 0 ? kLrBit : 0));
  }
  const std::uint32_t lr = (first & 4) != 0 ? kLrBit : 0;
  if (first < 0xd0) return Step{.kind = Kind::kSetFrame, .op_size = 2, .value = first & 0x0fU};
  if (first < 0xd8) return push(2, kept_up_to(4 + (first & 3U)) | lr);
  if (first < 0xe0) return push(4, kept_up_to(8 + (first & 3U)) | lr);
  if (first < 0xe8) return doubles(8, 8 + (first & 7U));
  if (first < 0xec) return move(4, (first & 3U) << 8 | codes.u8());
  if (first < 0xee) return push(2, codes.u8() | ((first & 1) != 0 ? kLrBit : 0));
  return read_long_step(first, codes);
}

// The stack as a prologue has left it so far.
class Frame {
 public:
  Frame() { row_.cfa_register = kSp; }

  void apply(const Step& step) {
    switch (step.kind) {
      case Kind::kMove:
        move_down(step.value);
        break;
      case Kind::kPush:
        push_registers(step.value);
        break;
      case Kind::kPushDoubles:
        move_down(std::int64_t{step.count} * 8);
        for (std::uint32_t i = 0; i < step.count; ++i) {
          row_.save(static_cast<std::uint16_t>(kD0 + step.value + i), std::int64_t{i} * 8 - depth_);
        }
        break;
      case Kind::kStoreLr:
        move_down(step.value);
        row_.return_address_offset = static_cast<std::int32_t>(-depth_);
        break;
      case Kind::kSetFrame:
        row_.cfa_register = static_cast<std::uint8_t>(step.value);
        row_.cfa_offset = depth_;
        break;
      case Kind::kNothing:
      case Kind::kEnd:
        break;
    }
  }

  UnwindRow at(std::uint32_t offset) const {
    UnwindRow row = row_;
    row.offset = offset;
    return row;
  }

 private:
  void move_down(std::int64_t size) {
    depth_ += size;
    if (row_.cfa_register == kSp) row_.cfa_offset = depth_;
  }
  void push_registers(std::uint32_t registers) {
    move_down(std::int64_t{std::popcount(registers)} * 4);
    std::int64_t offset = -depth_;
    for (std::uint32_t reg = 0; reg <= kLr; ++reg) {
      if ((registers >> reg & 1) == 0) continue;
      if (reg == kLr) {
        row_.return_address_offset = static_cast<std::int32_t>(offset);
      } else if (reg >= kFirstKept) {
        row_.save(static_cast<std::uint16_t>(reg), offset);
      }
      offset += 4;
    }
  }

  UnwindRow row_;
  std::int64_t depth_ = 0;
};

// The fields of a packed word, and which registers its pushes and pops have.
struct Packed {
  explicit Packed(std::uint32_t word)
      : returns(word >> 13 & 3),
        homes((word >> 15 & 1) != 0),
        reg(word >> 16 & 7),
        is_double((word >> 19 & 1) != 0),
        has_lr((word >> 20 & 1) != 0),
        is_chained((word >> 21 & 1) != 0),
        adjust(word >> 22) {}

  bool has_adjust_flags() const { return adjust >= 0x3f4; }
  bool folds_prologue() const { return has_adjust_flags() && (adjust & 4) != 0; }
  bool folds_epilogue() const { return has_adjust_flags() && (adjust & 8) != 0; }
  std::uint32_t words() const { return has_adjust_flags() ? (adjust & 3) + 1 : adjust; }
  bool has_doubles() const { return is_double && reg != 7; }
  // Without lr. A folded adjustment is room made by pushing some of r0 to r3.
  std::uint32_t registers(bool is_folded) const {
    std::uint32_t mask = is_double ? 0 : kept_up_to(4 + reg);
    if (is_chained) mask |= 1U << kR11;
    if (is_folded) mask |= low_bits(4) & ~low_bits(3 - (adjust & 3));
    return mask;
  }
  Step adjustment() const {
    constexpr std::uint32_t kNarrowMax = 127;
    return move(words() <= kNarrowMax ? 2 : 4, words());
  }

  std::uint32_t returns;  // 0: pop {pc}, 1: 16-bit branch, 2: 32-bit branch, 3: no epilogue
  bool homes;
  std::uint32_t reg;
  bool is_double;
  bool has_lr;
  bool is_chained;
  std::uint32_t adjust;
};

std::uint8_t push_size(std::uint32_t registers) {
  return (registers & ~(low_bits(8) | kLrBit)) == 0 ? 2 : 4;
}

// First instruction first, numbered as in the table "prologues for canonical functions".
std::vector<Step> packed_prologue(const Packed& packed) {
  std::vector<Step> steps;
  if (packed.homes) steps.push_back(push(2, low_bits(4)));  // 1
  const std::uint32_t registers =
      packed.registers(packed.folds_prologue()) | (packed.has_lr ? kLrBit : 0);
  if (registers != 0) steps.push_back(push(push_size(registers), registers));  // 2
  if (packed.is_chained) {                                                     // 3
    const bool is_alone = (registers & ~(1U << kR11 | kLrBit)) == 0;
    steps.push_back({.op_size = static_cast<std::uint8_t>(is_alone ? 2 : 4)});
  }
  if (packed.has_doubles()) steps.push_back(doubles(8, 8 + packed.reg));                     // 4
  if (packed.adjust != 0 && !packed.folds_prologue()) steps.push_back(packed.adjustment());  // 5
  return steps;
}

// First instruction first, as in the table of epilogues, and the return.
std::vector<Step> packed_epilogue(const Packed& packed) {
  std::vector<Step> steps;
  if (packed.adjust != 0 && !packed.folds_epilogue()) steps.push_back(packed.adjustment());  // 6
  if (packed.has_doubles()) steps.push_back(doubles(8, 8 + packed.reg));                     // 7
  std::uint32_t registers = packed.registers(packed.folds_epilogue());
  const bool pops_lr = packed.has_lr && !packed.homes;
  if (pops_lr) registers |= kLrBit;
  const bool pops_pc = pops_lr && packed.returns == 0;
  if (registers != 0) {  // 8
    // The short form of pop can load pc, but not lr.
    const bool is_wide = pops_lr && !pops_pc;
    steps.push_back(push(is_wide ? 4 : push_size(registers), registers));
  }
  std::uint8_t return_size = packed.returns == 2 ? 4 : 2;
  if (packed.homes && packed.has_lr) {  // 9b: ldr pc, [sp], #0x14
    steps.push_back({.kind = Kind::kStoreLr, .op_size = 4, .value = 0x14});
    return_size = 0;
  } else if (packed.homes) {  // 9a
    steps.push_back(move(2, 4));
  }
  if (pops_pc) return_size = 0;
  steps.push_back({.kind = Kind::kEnd, .op_size = return_size});
  return steps;
}

Description unpack(std::uint32_t word) {
  const Packed packed(word);
  Description description;
  description.size = (word >> 2 & 0x7ff) * 2;
  description.has_prologue = (word & 3) == 1;
  description.steps = packed_prologue(packed);
  std::ranges::reverse(description.steps);
  description.steps.push_back({.kind = Kind::kEnd, .op_size = 0});
  if (packed.returns == 3) return description;
  const std::size_t first = description.steps.size();
  for (const Step& step : packed_epilogue(packed)) description.steps.push_back(step);
  description.add_epilogue_at_end(first);
  return description;
}

Result<Description> read_record(const Image& image, std::uint32_t rva) {
  SIGLA_TRY_ASSIGN(const Bytes rest, image.rest_at(rva));
  ByteReader reader(rest);
  const std::uint32_t header = reader.u32();
  Description description;
  description.size = (header & 0x3ffff) * 2;
  const std::uint32_t version = header >> 18 & 3;
  const bool is_single = (header >> 21 & 1) != 0;  // E: one epilogue, at the end
  description.has_prologue = (header >> 22 & 1) == 0;
  std::uint32_t epilogue_count = header >> 23 & 0x1f;
  std::uint32_t code_words = header >> 28;
  if (epilogue_count == 0 && code_words == 0) {
    const std::uint32_t extension = reader.u32();
    epilogue_count = extension & 0xffff;
    code_words = extension >> 16 & 0xff;
  }
  ByteReader scopes = reader.sub(is_single ? 0 : std::uint64_t{epilogue_count} * 4);
  ByteReader codes = reader.sub(std::uint64_t{code_words} * 4);
  SIGLA_TRY(reader.finish("ARM unwind record"));
  if (version != 0) {
    return make_error(ErrorCode::kUnsupported, "ARM unwind record: version {}", version);
  }
  while (!codes.at_end()) {
    const std::size_t byte = codes.position();
    auto step = read_step(codes);
    // Bytes after the last end are padding.
    if (!step.has_value() || !codes.ok()) {
      if (!description.steps.empty() && description.steps.back().kind == Kind::kEnd) break;
      SIGLA_TRY(codes.finish("ARM unwind codes"));
      return std::move(step).error();
    }
    description.first_byte.push_back(byte);
    description.steps.push_back(*step);
  }
  if (is_single) description.add_epilogue_at_end(description.step_at(epilogue_count));
  while (!scopes.at_end()) {
    const std::uint32_t scope = scopes.u32();
    description.epilogues.push_back({(scope & 0x3ffff) * 2, description.step_at(scope >> 24)});
  }
  return description;
}

}  // namespace

Result<std::uint32_t> arm_function_size(const Image& image, std::uint32_t info) {
  return sequence_function_size(image, info, 2, "ARM unwind record");
}

Status read_arm_rows(const Image& image,
                     const UnwindFunction& function,
                     std::vector<UnwindRow>& rows) {
  const auto read = [&](std::uint32_t rva) { return read_record(image, rva); };
  return read_sequence_rows<Frame>("ARM", function.info, read, unpack, rows);
}

}  // namespace sigla::pe
