// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/unwind_arm64.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "formats/pe/unwind_sequence.h"

namespace sigla::pe {
namespace {

constexpr std::uint8_t kFp = 29;
constexpr std::uint8_t kLr = 30;
constexpr std::uint8_t kSp = 31;
constexpr std::uint8_t kD0 = 64;  // DWARF's v0, whose lower half is d0

// What one instruction of a prologue does, whatever code stands for it.
struct Step {
  enum class Kind : std::uint8_t {
    kNothing,
    kMove,      // the stack pointer goes down by `size`
    kSave,      // `count` registers from `reg` on to [sp + size]
    kPush,      // the stack pointer goes down by `size`, then they are saved at [sp]
    kSaveNext,  // the two registers after those saved last, above them
    kSetFrame,  // x29 = sp + size
    kEnd,
  };
  Kind kind = Kind::kNothing;
  std::uint8_t reg = 0;
  std::uint8_t second = 0;  // 0: none
  std::int32_t size = 0;

  static constexpr std::uint32_t op_size = 4;  // NOLINT(readability-identifier-naming)
};

Step move(std::int32_t size) { return {.kind = Step::Kind::kMove, .size = size}; }
Step save(std::uint8_t reg, std::uint8_t second, std::int32_t offset) {
  return {Step::Kind::kSave, reg, second, offset};
}
Step push(std::uint8_t reg, std::uint8_t second, std::int32_t size) {
  return {Step::Kind::kPush, reg, second, size};
}
std::uint8_t reg_of(std::uint32_t number) { return static_cast<std::uint8_t>(number); }

// One code, which is one to four bytes.
Result<Step> read_step(ByteReader& codes) {
  const std::uint8_t first = codes.u8();
  const auto second = [&] { return std::uint32_t{codes.u8()}; };
  // save_regp and those like it: four bits of X over two bytes, then six of Z.
  const auto x_of = [&](std::uint32_t wide) { return wide >> 6 & 0x0f; };
  const auto z_of = [](std::uint32_t wide) { return static_cast<std::int32_t>(wide & 0x3f); };
  if (first < 0x20) return move((first & 0x1f) * 16);                 // alloc_s
  if (first < 0x40) return push(19, 20, (first & 0x1f) * 8);          // save_r19r20_x
  if (first < 0x80) return save(kFp, kLr, (first & 0x3f) * 8);        // save_fplr
  if (first < 0xc0) return push(kFp, kLr, ((first & 0x3f) + 1) * 8);  // save_fplr_x
  if (first < 0xc8) {                                                 // alloc_m
    return move(static_cast<std::int32_t>((first & 0x07U) << 8 | second()) * 16);
  }
  if (first < 0xe0) {
    const std::uint32_t wide = std::uint32_t{first} << 8 | second();
    const std::uint32_t x = x_of(wide);
    const std::int32_t z = z_of(wide);
    if (first < 0xcc) return save(reg_of(19 + x), reg_of(20 + x), z * 8);        // save_regp
    if (first < 0xd0) return push(reg_of(19 + x), reg_of(20 + x), (z + 1) * 8);  // save_regp_x
    if (first < 0xd4) return save(reg_of(19 + x), 0, z * 8);                     // save_reg
    if (first < 0xd6) {                                                          // save_reg_x
      return push(
          reg_of(19 + (wide >> 5 & 0x0f)), 0, static_cast<std::int32_t>((wide & 0x1f) + 1) * 8);
    }
    const std::uint32_t narrow = wide >> 6 & 0x07;
    if (first < 0xd8) return save(reg_of(19 + 2 * narrow), kLr, z * 8);  // save_lrpair
    const std::uint8_t d = reg_of(kD0 + 8 + narrow);
    if (first < 0xda) return save(d, reg_of(d + 1U), z * 8);        // save_fregp
    if (first < 0xdc) return push(d, reg_of(d + 1U), (z + 1) * 8);  // save_fregp_x
    if (first < 0xde) return save(d, 0, z * 8);                     // save_freg
    if (first == 0xde) {                                            // save_freg_x
      return push(reg_of(kD0 + 8 + (wide >> 5 & 0x07)),
                  0,
                  static_cast<std::int32_t>((wide & 0x1f) + 1) * 8);
    }
  }
  switch (first) {
    case 0xe0: {  // alloc_l
      const std::uint32_t high = second();
      const std::uint32_t middle = second();
      return move(static_cast<std::int32_t>((high << 16 | middle << 8 | second()) * 16));
    }
    case 0xe1:  // set_fp
      return Step{.kind = Step::Kind::kSetFrame};
    case 0xe2:  // add_fp
      return Step{.kind = Step::Kind::kSetFrame, .size = static_cast<std::int32_t>(second() * 8)};
    case 0xe3:  // nop
    case 0xec:  // clear_unwound_to_call, of interest to who resumes there
    case 0xfc:  // pac_sign_lr
      return Step{};
    case 0xe4:  // end
    case 0xe5:  // end_c: what follows belongs to the function this fragment was cut from
      return Step{.kind = Step::Kind::kEnd};
    case 0xe6:  // save_next
      return Step{.kind = Step::Kind::kSaveNext};
    default:
      return make_error(ErrorCode::kUnsupported, "ARM64 unwind code {:#x}", first);
  }
}

// The stack as a prologue has left it so far.
class Frame {
 public:
  Frame() {
    row_.cfa_register = kSp;
    row_.cfa_offset = 0;
  }

  void apply(const Step& step) {
    switch (step.kind) {
      case Step::Kind::kMove:
        move_down(step.size);
        break;
      case Step::Kind::kPush:
        move_down(step.size);
        save_at(step.reg, step.second, -depth_);
        break;
      case Step::Kind::kSave:
        save_at(step.reg, step.second, step.size - depth_);
        break;
      case Step::Kind::kSaveNext:
        if (last_ == 0) break;
        save_at(reg_of(last_ + 2U), reg_of(last_ + 3U), last_offset_ + 16);
        break;
      case Step::Kind::kSetFrame:
        row_.cfa_register = kFp;
        row_.cfa_offset = depth_ - step.size;
        break;
      case Step::Kind::kNothing:
      case Step::Kind::kEnd:
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
  void save_at(std::uint8_t reg, std::uint8_t second, std::int64_t offset) {
    save_one(reg, offset);
    if (second != 0) save_one(second, offset + 8);
    last_ = reg;
    last_offset_ = offset;
  }
  void save_one(std::uint8_t reg, std::int64_t offset) {
    if (reg == kLr) {
      row_.return_address_offset = static_cast<std::int32_t>(offset);
    } else {
      row_.save(reg, offset);
    }
  }

  UnwindRow row_;
  std::int64_t depth_ = 0;
  std::uint8_t last_ = 0;
  std::int64_t last_offset_ = 0;
};

using Description = UnwindSequences<Step>;

// The usual prologue a packed word stands for, first instruction first.
std::vector<Step> packed_prologue(std::uint32_t word) {
  const auto reg_f = static_cast<std::int32_t>(word >> 13 & 7);
  const auto reg_i = static_cast<std::int32_t>(word >> 16 & 15);
  const bool homes = (word >> 20 & 1) != 0;
  const std::uint32_t cr = word >> 21 & 3;
  const std::int32_t int_size = reg_i * 8 + (cr == 1 ? 8 : 0);
  const std::int32_t float_size = reg_f == 0 ? 0 : (reg_f + 1) * 8;
  const std::int32_t save_size = (int_size + float_size + (homes ? 64 : 0) + 15) & ~15;
  const std::int32_t local_size = static_cast<std::int32_t>(word >> 23 & 0x1ff) * 16 - save_size;
  std::vector<Step> steps;
  bool has_moved = false;
  std::int32_t offset = 0;
  // The first save moves the stack pointer by all that is saved.
  const auto add = [&](std::uint8_t reg, std::uint8_t second) {
    steps.push_back(has_moved ? save(reg, second, offset) : push(reg, second, save_size));
    has_moved = true;
    offset += second == 0 ? 8 : 16;
  };
  if (cr == 2) steps.push_back({});  // pacibsp
  for (std::int32_t i = 0; i < reg_i; i += 2) {
    const std::uint8_t reg = reg_of(static_cast<std::uint32_t>(19 + i));
    if (i + 1 < reg_i) {
      add(reg, reg_of(reg + 1U));
    } else {
      add(reg, cr == 1 ? kLr : std::uint8_t{0});
    }
  }
  if (cr == 1 && reg_i % 2 == 0) add(kLr, 0);
  if (reg_f != 0) {
    for (std::int32_t i = 0; i <= reg_f; i += 2) {
      const std::uint8_t reg = reg_of(static_cast<std::uint32_t>(kD0 + 8 + i));
      add(reg, i + 1 <= reg_f ? reg_of(reg + 1U) : std::uint8_t{0});
    }
  }
  for (int i = 0; homes && i < 4; ++i) {  // x0 to x7, whose values nobody needs back
    if (!has_moved) {
      steps.push_back(move(save_size));
      has_moved = true;
    } else {
      steps.push_back({});
    }
  }
  const bool is_chained = cr == 2 || cr == 3;
  if (is_chained && local_size > 0 && local_size <= 512) {
    steps.push_back(push(kFp, kLr, local_size));
    steps.push_back({.kind = Step::Kind::kSetFrame});
    return steps;
  }
  if (local_size > 4080) {
    steps.push_back(move(4080));
    steps.push_back(move(local_size - 4080));
  } else if (local_size > 0) {
    steps.push_back(move(local_size));
  }
  if (is_chained) {
    steps.push_back(save(kFp, kLr, 0));
    steps.push_back({.kind = Step::Kind::kSetFrame});
  }
  return steps;
}

Description unpack(std::uint32_t word) {
  Description description;
  description.size = (word >> 2 & 0x7ff) * 4;
  description.has_prologue = (word & 3) == 1;
  description.steps = packed_prologue(word);
  std::ranges::reverse(description.steps);
  description.steps.push_back({.kind = Step::Kind::kEnd});
  return description;
}

Result<Description> read_record(const Image& image, std::uint32_t rva) {
  SIGLA_TRY_ASSIGN(const Bytes rest, image.rest_at(rva));
  ByteReader reader(rest);
  const std::uint32_t header = reader.u32();
  Description description;
  description.size = (header & 0x3ffff) * 4;
  const std::uint32_t version = header >> 18 & 3;
  const bool is_single = (header >> 21 & 1) != 0;  // E: one epilogue, at the end
  std::uint32_t epilogue_count = header >> 22 & 0x1f;
  std::uint32_t code_words = header >> 27;
  if (epilogue_count == 0 && code_words == 0) {
    const std::uint32_t extension = reader.u32();
    epilogue_count = extension & 0xffff;
    code_words = extension >> 16 & 0xff;
  }
  struct Scope {
    std::uint32_t start;
    std::uint32_t byte;
  };
  std::vector<Scope> scopes;
  if (!is_single) {
    ByteReader list = reader.sub(std::uint64_t{epilogue_count} * 4);
    while (!list.at_end()) {
      const std::uint32_t scope = list.u32();
      scopes.push_back({(scope & 0x3ffff) * 4, scope >> 22});
    }
  }
  ByteReader codes = reader.sub(std::uint64_t{code_words} * 4);
  SIGLA_TRY(reader.finish("ARM64 unwind record"));
  if (version != 0) {
    return make_error(ErrorCode::kUnsupported, "ARM64 unwind record: version {}", version);
  }
  while (!codes.at_end()) {
    const std::size_t byte = codes.position();
    auto step = read_step(codes);
    // Bytes after the last end are padding.
    if (!step.has_value()) {
      if (!description.steps.empty() && description.steps.back().kind == Step::Kind::kEnd) break;
      return std::move(step).error();
    }
    description.first_byte.push_back(byte);
    description.steps.push_back(*step);
  }
  SIGLA_TRY(codes.finish("ARM64 unwind codes"));
  for (const Scope& scope : scopes) {
    description.epilogues.push_back({scope.start, description.step_at(scope.byte)});
  }
  if (is_single) description.add_epilogue_at_end(description.step_at(epilogue_count));
  return description;
}

}  // namespace

Result<std::uint32_t> arm64_function_size(const Image& image, std::uint32_t info) {
  return sequence_function_size(image, info, 4, "ARM64 unwind record");
}

Status read_arm64_rows(const Image& image,
                       const UnwindFunction& function,
                       std::vector<UnwindRow>& rows) {
  const auto read = [&](std::uint32_t rva) { return read_record(image, rva); };
  return read_sequence_rows<Frame>("ARM64", function.info, read, unpack, rows);
}

}  // namespace sigla::pe
