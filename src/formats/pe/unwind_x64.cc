// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/unwind_x64.h"

#include <algorithm>
#include <functional>
#include <span>

#include "base/byte_reader.h"

namespace sigla::pe {
namespace {

enum : std::uint8_t {
  UWOP_PUSH_NONVOL = 0,
  UWOP_ALLOC_LARGE = 1,
  UWOP_ALLOC_SMALL = 2,
  UWOP_SET_FPREG = 3,
  UWOP_SAVE_NONVOL = 4,
  UWOP_SAVE_NONVOL_FAR = 5,
  // Version 2 (SAVE_XMM before there was a version 1 in the wild). The first one: how many bytes
  // each epilogue has, and whether (bit 0 of the info) one is the function's end. Each further one:
  // how far before the function's end another one begins, 12 bits, the high ones in the info; or 0.
  UWOP_EPILOG = 6,
  UWOP_SPARE_CODE = 7,
  UWOP_SAVE_XMM128 = 8,
  UWOP_SAVE_XMM128_FAR = 9,
  UWOP_PUSH_MACHFRAME = 10,
};
constexpr std::uint8_t UNW_FLAG_CHAININFO = 4;

constexpr std::uint8_t kRsp = 7;             // DWARF
constexpr std::uint8_t kXmm0 = 17;           // DWARF
constexpr std::size_t kChainLengthMax = 32;  // as RtlVirtualUnwind has it

// Microsoft's numbers of the general registers (rax rcx rdx rbx rsp rbp rsi rdi ...) to DWARF's.
constexpr std::array<std::uint8_t, 16> kDwarfNumbers = {
    0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

struct Code {
  std::uint8_t offset = 0;  // of the instruction's end in the prologue
  std::uint8_t operation = 0;
  std::uint8_t info = 0;
  std::uint32_t operand = 0;  // of the longer ones
};

struct Info {
  std::uint8_t frame_register = 0;  // 0: none
  std::uint8_t frame_offset = 0;    // bytes / 16
  std::vector<Code> codes;          // as they stand: the last instruction first
  // An epilogue is the pops and the return behind them, without what frees the locals.
  std::uint32_t epilogue_size = 0;
  std::vector<std::uint32_t> epilogues;  // bytes from their beginnings to the function's end
  std::optional<UnwindFunction> chained;
};

std::optional<UnwindFunction> function_of(ByteReader& reader) {
  const std::uint32_t begin = reader.u32();
  const std::uint32_t end = reader.u32();
  const std::uint32_t info = reader.u32();
  if (!reader.ok() || end <= begin) return std::nullopt;
  return UnwindFunction{begin, end - begin, info};
}

std::size_t slots_of(std::uint8_t operation, std::uint8_t info) {
  switch (operation) {
    case UWOP_SAVE_NONVOL:
    case UWOP_SAVE_XMM128:
      return 2;
    case UWOP_SAVE_NONVOL_FAR:
    case UWOP_SAVE_XMM128_FAR:
    case UWOP_SPARE_CODE:
      return 3;
    case UWOP_ALLOC_LARGE:
      return info == 0 ? 2 : 3;
    default:
      return 1;
  }
}

void add_epilogue(const Code& code, Info& info) {
  std::uint32_t before_end = code.offset | std::uint32_t{code.info} << 8;
  if (info.epilogue_size == 0) {
    info.epilogue_size = code.offset;
    before_end = (code.info & 1) != 0 ? code.offset : 0;
  }
  if (before_end != 0) info.epilogues.push_back(before_end);
}

Result<Info> read_info(const Image& image, std::uint32_t rva) {
  SIGLA_TRY_ASSIGN(const Bytes rest, image.rest_at(rva));
  ByteReader reader(rest);
  const std::uint8_t first = reader.u8();
  reader.skip(1);  // size of the prologue: its codes tell
  const std::size_t count = reader.u8();
  const std::uint8_t frame = reader.u8();
  Info info;
  info.frame_register = frame & 0x0f;
  info.frame_offset = frame >> 4;
  const std::uint8_t version = first & 7;
  if (reader.ok() && version != 1 && version != 2) {
    return make_error(ErrorCode::kUnsupported, "UNWIND_INFO: version {}", version);
  }
  ByteReader codes = reader.sub(count * 2);
  if (count % 2 != 0) reader.skip(2);
  SIGLA_TRY(reader.finish("UNWIND_INFO"));
  while (!codes.at_end()) {
    Code code;
    code.offset = codes.u8();
    const std::uint8_t packed = codes.u8();
    code.operation = packed & 0x0f;
    code.info = packed >> 4;
    switch (slots_of(code.operation, code.info)) {
      case 2:
        code.operand = codes.u16();
        break;
      case 3:
        code.operand = codes.u32();
        break;
      default:
        break;
    }
    if (version == 2 && code.operation == UWOP_EPILOG) {
      add_epilogue(code, info);
    } else {
      info.codes.push_back(code);
    }
  }
  SIGLA_TRY(codes.finish("UNWIND_INFO"));
  if ((first >> 3 & UNW_FLAG_CHAININFO) != 0) {
    info.chained = function_of(reader);
    if (!info.chained) return malformed("UNWIND_INFO: chained to no function");
  }
  return info;
}

// The stack as the prologue has left it so far. `depth` is how far the stack pointer lies below the
// CFA, which a frame register fixes from then on.
class Frame {
 public:
  Frame() {
    row_.cfa_register = kRsp;
    row_.cfa_offset = 8;
    row_.return_address_offset = -8;
  }

  Status apply(const Code& code, const Info& info) {
    switch (code.operation) {
      case UWOP_PUSH_NONVOL:
        move(8);
        row_.save(kDwarfNumbers[code.info], -depth_);
        return {};
      case UWOP_ALLOC_LARGE:
        move(code.info == 0 ? std::int64_t{code.operand} * 8 : std::int64_t{code.operand});
        return {};
      case UWOP_ALLOC_SMALL:
        move(std::int64_t{code.info} * 8 + 8);
        return {};
      case UWOP_SET_FPREG:
        base_ = depth_;
        row_.cfa_register = kDwarfNumbers[info.frame_register];
        row_.cfa_offset = depth_ - std::int64_t{info.frame_offset} * 16;
        has_frame_register_ = true;
        return {};
      case UWOP_SAVE_NONVOL:
        row_.save(kDwarfNumbers[code.info], std::int64_t{code.operand} * 8 - base());
        return {};
      case UWOP_SAVE_NONVOL_FAR:
        row_.save(kDwarfNumbers[code.info], std::int64_t{code.operand} - base());
        return {};
      case UWOP_SAVE_XMM128:
        row_.save(static_cast<std::uint8_t>(kXmm0 + code.info),
                  std::int64_t{code.operand} * 16 - base());
        return {};
      case UWOP_SAVE_XMM128_FAR:
        row_.save(static_cast<std::uint8_t>(kXmm0 + code.info),
                  std::int64_t{code.operand} - base());
        return {};
      case UWOP_PUSH_MACHFRAME:
        push_machine_frame(code.info != 0);
        return {};
      default:
        return make_error(
            ErrorCode::kUnsupported, "UNWIND_INFO: operation {}", unsigned{code.operation});
    }
  }

  UnwindRow at(std::uint32_t offset) const {
    UnwindRow row = row_;
    row.offset = offset;
    return row;
  }

 private:
  void move(std::int64_t size) {
    depth_ += size;
    if (!has_frame_register_) row_.cfa_offset = depth_;
  }
  std::int64_t base() const { return has_frame_register_ ? base_ : depth_; }

  // The processor pushed ss, rsp, rflags, cs, rip, and perhaps an error code: here the CFA is just
  // above rip, as if it were a return address.
  void push_machine_frame(bool has_error_code) {
    row_ = UnwindRow();
    depth_ = has_error_code ? 16 : 8;
    row_.cfa_register = kRsp;
    row_.cfa_offset = depth_;
    row_.return_address_offset = -8;
    row_.interrupted_sp_offset = 16;
    has_frame_register_ = false;
  }

  UnwindRow row_;
  std::int64_t depth_ = 8;
  std::int64_t base_ = 0;
  bool has_frame_register_ = false;
};

// The registers that an epilogue pops, in its order: the last one pushed is the first one.
std::vector<std::uint8_t> popped_registers(const std::vector<Info>& chain) {
  std::vector<std::uint8_t> registers;
  for (const Info& info : chain) {
    for (const Code& code : info.codes) {
      if (code.operation == UWOP_PUSH_NONVOL) registers.push_back(code.info);
    }
  }
  return registers;
}

std::uint32_t pop_size(std::uint8_t reg) { return reg < 8 ? 1 : 2; }  // r8 and up have a prefix

// Before the pop of registers[done].
UnwindRow epilogue_row(std::span<const std::uint8_t> registers,
                       std::size_t done,
                       std::uint32_t offset) {
  constexpr std::int64_t kWord = 8;
  const auto left = static_cast<std::int64_t>(registers.size() - done);
  UnwindRow row;
  row.offset = offset;
  row.cfa_register = kRsp;
  row.cfa_offset = (left + 1) * kWord;
  row.return_address_offset = -kWord;
  for (std::int64_t i = 0; i < left; ++i) {
    row.save(kDwarfNumbers[registers[done + static_cast<std::size_t>(i)]], (i - left - 1) * kWord);
  }
  return row;
}

// The rows in the epilogues, and behind each of them what held before it. An epilogue that cannot
// be one of this function is left out.
void add_epilogues(const UnwindFunction& function,
                   const std::vector<Info>& chain,
                   std::vector<UnwindRow>& rows) {
  const Info& own = chain.front();
  const std::vector<std::uint8_t> registers = popped_registers(chain);
  std::uint32_t pops_size = 0;
  for (const std::uint8_t reg : registers) pops_size += pop_size(reg);
  if (own.epilogue_size <= pops_size || registers.size() > kDwarfNumbers.size()) return;
  std::vector<std::uint32_t> before_end = own.epilogues;
  std::sort(before_end.begin(), before_end.end(), std::greater<>());
  UnwindRow body = rows.back();
  for (const std::uint32_t distance : before_end) {
    if (distance > function.size || distance < own.epilogue_size) continue;
    std::uint32_t at = function.size - distance;
    body.offset = at + own.epilogue_size;
    if (at < rows.back().offset || at == 0) continue;
    if (at == rows.back().offset) rows.pop_back();
    for (std::size_t done = 0; done < registers.size(); ++done) {
      rows.push_back(epilogue_row(registers, done, at));
      at += pop_size(registers[done]);
    }
    rows.push_back(epilogue_row(registers, registers.size(), at));
    if (body.offset < function.size) rows.push_back(body);
  }
}

}  // namespace

Status read_x64_rows(const Image& image,
                     const UnwindFunction& function,
                     std::vector<UnwindRow>& rows) {
  rows.clear();
  std::vector<Info> chain;  // the function's own record first
  for (std::optional<UnwindFunction> next = function; next;) {
    if (chain.size() == kChainLengthMax) {
      return make_error(
          ErrorCode::kLimitExceeded, "UNWIND_INFO: more than {} chained", kChainLengthMax);
    }
    std::uint32_t rva = next->info;
    if ((rva & 1) != 0) {  // the RUNTIME_FUNCTION of another one, whose record counts
      SIGLA_TRY_ASSIGN(const Bytes other, image.data_at(rva & ~1U, 12, "RUNTIME_FUNCTION"));
      rva = ByteReader(other.subspan(8)).u32() & ~1U;
    }
    SIGLA_TRY_ASSIGN(Info info, read_info(image, rva));
    next = info.chained;
    chain.push_back(std::move(info));
  }
  Frame frame;
  // What a chained record describes was over before this function's prologue began.
  for (std::size_t i = chain.size(); i-- > 1;) {
    for (auto code = chain[i].codes.rbegin(); code != chain[i].codes.rend(); ++code) {
      SIGLA_TRY(frame.apply(*code, chain[i]));
    }
  }
  rows.push_back(frame.at(0));
  const Info& own = chain.front();
  for (auto code = own.codes.rbegin(); code != own.codes.rend(); ++code) {
    SIGLA_TRY(frame.apply(*code, own));
    // Codes stand in order; one that does not is taken to belong to the step before.
    const UnwindRow row = frame.at(std::max<std::uint32_t>(code->offset, rows.back().offset));
    if (row.offset == rows.back().offset) {
      rows.back() = row;
    } else {
      rows.push_back(row);
    }
  }
  add_epilogues(function, chain, rows);
  return {};
}

}  // namespace sigla::pe
