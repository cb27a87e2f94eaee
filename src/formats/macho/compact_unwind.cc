// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/compact_unwind.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::macho {
namespace {

constexpr std::uint32_t kModeMask = 0x0f000000;

enum : std::uint32_t {
  UNWIND_X86_MODE_FRAME = 0x01000000,
  UNWIND_X86_MODE_STACK_IMMD = 0x02000000,
  UNWIND_X86_MODE_STACK_IND = 0x03000000,
  UNWIND_X86_MODE_DWARF = 0x04000000,
  UNWIND_ARM64_MODE_FRAMELESS = 0x02000000,
  UNWIND_ARM64_MODE_DWARF = 0x03000000,
  UNWIND_ARM64_MODE_FRAME = 0x04000000,
};

constexpr std::uint32_t kRegularPage = 2;
constexpr std::uint32_t kCompressedPage = 3;

struct IndexEntry {
  std::uint32_t function;
  std::uint32_t page;
};

class InfoReader {
 public:
  InfoReader(Bytes info, std::endian order) : info_(info), order_(order) {}

  Result<std::vector<CompactFunction>> read() {
    ByteReader header(info_, order_);
    const std::uint32_t version = header.u32();
    const std::uint32_t common_offset = header.u32();
    const std::uint32_t common_count = header.u32();
    header.skip(8);  // personalities
    const std::uint32_t index_offset = header.u32();
    const std::uint32_t index_count = header.u32();
    SIGLA_TRY(header.finish("__unwind_info"));
    if (version != 1) {
      return make_error(ErrorCode::kUnsupported, "__unwind_info: version {}", version);
    }
    SIGLA_TRY_ASSIGN(common_,
                     slice(info_, common_offset, std::uint64_t{common_count} * 4, "encodings"));
    SIGLA_TRY_ASSIGN(const Bytes index,
                     slice(info_, index_offset, std::uint64_t{index_count} * 12, "index"));
    ByteReader reader(index, order_);
    std::vector<IndexEntry> entries;
    while (!reader.at_end()) {
      entries.push_back({reader.u32(), reader.u32()});
      reader.skip(4);
    }
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      if (entries[i].page != 0) SIGLA_TRY(read_page(entries[i]));
    }
    if (!entries.empty()) end_at(entries.back().function);
    return std::move(functions_);
  }

 private:
  Status read_page(const IndexEntry& entry) {
    SIGLA_TRY_ASSIGN(const Bytes page,
                     slice(info_,
                           entry.page,
                           info_.size() - std::min<std::size_t>(entry.page, info_.size()),
                           "page"));
    ByteReader reader(page, order_);
    const std::uint32_t kind = reader.u32();
    const std::uint16_t entries_offset = reader.u16();
    const std::uint16_t entry_count = reader.u16();
    if (kind == kRegularPage) {
      SIGLA_TRY(reader.finish("page"));
      SIGLA_TRY_ASSIGN(const Bytes entries, slice(page, entries_offset, entry_count * 8U, "page"));
      ByteReader functions(entries, order_);
      while (!functions.at_end()) {
        const std::uint32_t function = functions.u32();
        SIGLA_TRY(add(function, functions.u32()));
      }
      return {};
    }
    if (kind != kCompressedPage) return malformed("__unwind_info: page of kind {}", kind);
    const std::uint16_t encodings_offset = reader.u16();
    const std::uint16_t encoding_count = reader.u16();
    SIGLA_TRY(reader.finish("page"));
    SIGLA_TRY_ASSIGN(const Bytes entries, slice(page, entries_offset, entry_count * 4U, "page"));
    SIGLA_TRY_ASSIGN(const Bytes encodings,
                     slice(page, encodings_offset, encoding_count * 4U, "page"));
    ByteReader functions(entries, order_);
    while (!functions.at_end()) {
      const std::uint32_t packed = functions.u32();
      std::uint64_t which = packed >> 24;
      const std::size_t common_count = common_.size() / 4;
      const Bytes table = which < common_count ? common_ : encodings;
      if (which >= common_count) which -= common_count;
      SIGLA_TRY_ASSIGN(const Bytes encoding, slice(table, which * 4, 4, "encoding"));
      SIGLA_TRY(add(std::uint64_t{entry.function} + (packed & 0xffffff),
                    ByteReader(encoding, order_).u32()));
    }
    return {};
  }

  Status add(std::uint64_t offset, std::uint32_t encoding) {
    // Every function takes at least four bytes of the section; pages read twice do not.
    if (functions_.size() > info_.size() / 4) return malformed("__unwind_info: pages overlap");
    if (!functions_.empty() && offset < functions_.back().offset) {
      return malformed("__unwind_info: function at {:#x} is out of order", offset);
    }
    end_at(offset);
    functions_.push_back({offset, 0, encoding});
    return {};
  }
  void end_at(std::uint64_t offset) {
    if (functions_.empty() || offset < functions_.back().offset) return;
    functions_.back().size = offset - functions_.back().offset;
  }

  Bytes info_;
  std::endian order_;
  Bytes common_;
  std::vector<CompactFunction> functions_;
};

// x86 and x86-64 differ in the size of a word and in their registers.
struct X86Registers {
  std::int32_t word;
  std::uint32_t frame_pointer;
  std::uint32_t stack_pointer;
  std::array<std::uint32_t, 7> numbers;  // by the encoding's number, 1 to 6
};
constexpr X86Registers kI386 = {4, 5, 4, {0, 3, 1, 2, 7, 6, 5}};       // ebx ecx edx edi esi ebp
constexpr X86Registers kAmd64 = {8, 6, 7, {0, 3, 12, 13, 14, 15, 6}};  // rbx r12 to r15 rbp

CompactFrame decode_x86_frame(const X86Registers& cpu, std::uint32_t encoding) {
  CompactFrame frame;
  frame.cfa_register = cpu.frame_pointer;
  frame.cfa_offset = 2 * cpu.word;
  frame.return_address_offset = -cpu.word;
  frame.save(cpu.frame_pointer, -2 * cpu.word);
  const auto depth = static_cast<std::int32_t>(encoding >> 16 & 0xff);
  for (std::int32_t i = 0; i < 5; ++i) {
    const std::uint32_t which = encoding >> (3 * i) & 7;
    if (which == 0 || which > 6) continue;
    frame.save(cpu.numbers[which], (i - depth - 2) * cpu.word);
  }
  return frame;
}

// The registers of a frame without a frame pointer, lowest first: which permutation of six.
std::optional<std::array<std::uint32_t, 6>> decode_permutation(std::uint32_t count,
                                                               std::uint32_t permutation) {
  if (count > 6) return std::nullopt;
  std::array<std::uint32_t, 6> digits{};
  // A digit says how many of the registers not used yet are skipped. The last of six is forced.
  std::uint32_t rest = permutation;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t weight = 1;
    for (std::uint32_t j = i + 1; j < count; ++j) weight *= 6 - j;
    digits[i] = rest / weight;
    rest %= weight;
  }
  std::array<std::uint32_t, 6> registers{};
  std::array<bool, 7> used{};
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t skipped = 0;
    for (std::uint32_t reg = 1; reg <= 6; ++reg) {
      if (used[reg]) continue;
      if (skipped++ != digits[i]) continue;
      registers[i] = reg;
      used[reg] = true;
      break;
    }
    if (registers[i] == 0) return std::nullopt;
  }
  return registers;
}

std::optional<CompactFrame> decode_x86(const X86Registers& cpu,
                                       std::uint32_t encoding,
                                       Bytes code) {
  const std::uint32_t mode = encoding & kModeMask;
  if (mode == UNWIND_X86_MODE_FRAME) return decode_x86_frame(cpu, encoding);
  if (mode != UNWIND_X86_MODE_STACK_IMMD && mode != UNWIND_X86_MODE_STACK_IND) return std::nullopt;
  CompactFrame frame;
  frame.cfa_register = cpu.stack_pointer;
  const std::uint32_t size = encoding >> 16 & 0xff;
  if (mode == UNWIND_X86_MODE_STACK_IMMD) {
    frame.cfa_offset = std::int64_t{size} * cpu.word;
  } else {
    ByteReader reader(code);
    reader.skip(size);
    frame.cfa_offset = std::int64_t{reader.u32()} + std::int64_t{encoding >> 13 & 7} * cpu.word;
    if (!reader.ok()) return std::nullopt;
  }
  frame.return_address_offset = -cpu.word;
  const std::uint32_t count = encoding >> 10 & 7;
  const auto registers = decode_permutation(count, encoding & 0x3ff);
  if (!registers) return std::nullopt;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto below = static_cast<std::int32_t>(count - i) + 1;
    frame.save(cpu.numbers[(*registers)[i]], -below * cpu.word);
  }
  return frame;
}

std::optional<CompactFrame> decode_arm64(std::uint32_t encoding) {
  constexpr std::uint32_t kFramePointer = 29;
  constexpr std::uint32_t kStackPointer = 31;
  CompactFrame frame;
  std::int32_t at = 0;  // from the CFA; pairs lie below, the lower register higher up
  if ((encoding & kModeMask) == UNWIND_ARM64_MODE_FRAME) {
    frame.cfa_register = kFramePointer;
    frame.cfa_offset = 16;
    frame.return_address_offset = -8;
    frame.save(kFramePointer, -16);
    at = -16;
  } else if ((encoding & kModeMask) == UNWIND_ARM64_MODE_FRAMELESS) {
    frame.cfa_register = kStackPointer;
    frame.cfa_offset = std::int64_t{encoding >> 12 & 0xfff} * 16;
  } else {
    return std::nullopt;
  }
  struct Pair {
    std::uint32_t bit;
    std::uint32_t first;  // DWARF number
  };
  constexpr Pair kPairs[] = {{0x001, 19},
                             {0x002, 21},
                             {0x004, 23},
                             {0x008, 25},
                             {0x010, 27},
                             {0x100, 64 + 8},
                             {0x200, 64 + 10},
                             {0x400, 64 + 12},
                             {0x800, 64 + 14}};
  for (const Pair& pair : kPairs) {
    if ((encoding & pair.bit) == 0) continue;
    frame.save(pair.first, at - 8);
    frame.save(pair.first + 1, at - 16);
    at -= 16;
  }
  return frame;
}

}  // namespace

Result<std::vector<CompactFunction>> compact_functions(Bytes unwind_info, std::endian order) {
  return InfoReader(unwind_info, order).read();
}

bool is_described_by_dwarf(std::uint32_t cputype, std::uint32_t encoding) {
  const bool is_arm64 = cputype == CPU_TYPE_ARM64 || cputype == CPU_TYPE_ARM64_32;
  return (encoding & kModeMask) == (is_arm64 ? UNWIND_ARM64_MODE_DWARF : UNWIND_X86_MODE_DWARF);
}

std::optional<CompactFrame> decode_compact(std::uint32_t cputype,
                                           std::uint32_t encoding,
                                           Bytes code) {
  switch (cputype) {
    case CPU_TYPE_X86:
      return decode_x86(kI386, encoding, code);
    case CPU_TYPE_X86_64:
      return decode_x86(kAmd64, encoding, code);
    case CPU_TYPE_ARM64:
    case CPU_TYPE_ARM64_32:
      return decode_arm64(encoding);
    default:
      return std::nullopt;
  }
}

}  // namespace sigla::macho
