// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/ehabi.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::elf {
namespace {

constexpr std::uint32_t EXIDX_CANTUNWIND = 1;
constexpr std::uint32_t kInline = 0x80000000;  // the word holds instructions, not a place
constexpr std::uint32_t kSp = 13;
constexpr std::uint32_t kLr = 14;
constexpr std::uint32_t kPc = 15;
constexpr std::uint32_t kD0 = 256;

// Where a frame's stack pointer has got to while it is undone.
class Machine {
 public:
  explicit Machine(Bytes instructions) : reader_(instructions) {}

  Result<EhabiFrame> run() {
    while (!reader_.at_end() && !is_finished_) {
      SIGLA_TRY(take(reader_.u8()));
    }
    SIGLA_TRY(reader_.finish("EHABI instructions"));
    frame_.cfa_offset = vsp_;
    for (auto& [reg, place] : frame_.saved) place -= vsp_;
    return std::move(frame_);
  }

 private:
  void pop(std::uint32_t reg, std::int64_t size) {
    if (frame_.saved.size() < kSavedMax) frame_.saved.emplace_back(reg, vsp_);
    vsp_ += size;
  }
  void pop_mask(std::uint32_t mask, std::uint32_t first) {
    for (std::uint32_t bit = 0; bit < 16; ++bit) {
      if ((mask >> bit & 1) == 0) continue;
      const std::uint32_t reg = first + bit;
      if (reg == kSp) {
        has_popped_sp_ = true;
        vsp_ += 4;
      } else {
        pop(reg, 4);
      }
    }
  }
  void pop_doubles(std::uint32_t first, std::uint32_t count, std::int64_t padding) {
    for (std::uint32_t i = 0; i < count; ++i) pop(kD0 + first + i, 8);
    vsp_ += padding;
  }
  static Error refused(std::uint8_t code) {
    return make_error(ErrorCode::kUnsupported, "EHABI instruction {:#x}", unsigned{code});
  }

  Status take(std::uint8_t code) {
    if (code < 0x40) {
      vsp_ += (code & 0x3f) * 4 + 4;
    } else if (code < 0x80) {
      vsp_ -= (code & 0x3f) * 4 + 4;
    } else if (code < 0x90) {
      const std::uint32_t mask = std::uint32_t{code & 0x0fU} << 8 | reader_.u8();
      if (mask == 0) return refused(code);  // "refuse to unwind"
      pop_mask(mask, 4);
    } else if (code < 0xa0) {
      return set_vsp(code & 0x0f);
    } else if (code < 0xb0) {
      pop_mask((2U << (code & 7)) - 1, 4);
      if ((code & 8) != 0) pop(kLr, 4);
    } else if (code < 0xc0) {
      return take_b(code);
    } else {
      return take_vector(code);
    }
    return has_popped_sp_ ? Status(refused(code)) : Status();
  }

  // The stack pointer as another register has kept it. What was popped before lies elsewhere.
  Status set_vsp(std::uint32_t reg) {
    if (reg == kSp || reg == kPc || !frame_.saved.empty()) {
      return make_error(ErrorCode::kUnsupported, "EHABI: stack pointer from r{}", reg);
    }
    frame_.cfa_register = reg;
    vsp_ = 0;
    return {};
  }

  Status take_b(std::uint8_t code) {
    switch (code) {
      case 0xb0:
        is_finished_ = true;
        return {};
      case 0xb1: {
        const std::uint8_t mask = reader_.u8();
        if (mask == 0 || mask > 0x0f) return refused(code);
        pop_mask(mask, 0);
        return {};
      }
      case 0xb2: {
        const std::uint64_t words = reader_.uleb128();
        if (words > UINT32_MAX / 4) return refused(code);
        vsp_ += 0x204 + static_cast<std::int64_t>(words) * 4;
        return {};
      }
      case 0xb3: {
        const std::uint8_t range = reader_.u8();
        pop_doubles(range >> 4, (range & 0x0fU) + 1, 4);
        return {};
      }
      case 0xb4:  // the return address's authentication code
        vsp_ += 4;
        return {};
      case 0xb5:  // which stack pointer it was made with
        return {};
      default:
        if (code < 0xb8) return refused(code);
        pop_doubles(8, (code & 7U) + 1, 4);
        return {};
    }
  }

  Status take_vector(std::uint8_t code) {
    if (code == 0xc8 || code == 0xc9) {
      const std::uint8_t range = reader_.u8();
      pop_doubles((range >> 4) + (code == 0xc8 ? 16U : 0U), (range & 0x0fU) + 1, 0);
      return {};
    }
    if (code >= 0xd0 && code < 0xd8) {
      pop_doubles(8, (code & 7U) + 1, 0);
      return {};
    }
    if (code == 0xc6) {  // iWMMX registers, which nothing here needs
      vsp_ += ((reader_.u8() & 0x0f) + 1) * 8;
      return {};
    }
    if (code == 0xc7) {
      const std::uint8_t mask = reader_.u8();
      if (mask == 0 || mask > 0x0f) return refused(code);
      vsp_ += std::popcount(mask) * 4;
      return {};
    }
    if (code < 0xc6) {
      vsp_ += ((code & 7) + 1) * 8;
      return {};
    }
    return refused(code);
  }

  static constexpr std::size_t kSavedMax = 64;  // 16 core registers, 32 doubles, none twice

  ByteReader reader_;
  EhabiFrame frame_;
  std::int64_t vsp_ = 0;
  bool is_finished_ = false;
  bool has_popped_sp_ = false;
};

class Index {
 public:
  Index(const Image& image, Diagnostics& diagnostics) : image_(image), diagnostics_(diagnostics) {}

  Result<std::vector<EhabiFunction>> read() {
    std::vector<EhabiFunction> functions;
    const Section* exidx = image_.section(".ARM.exidx");
    if (exidx == nullptr || !exidx->has_content()) return functions;
    SIGLA_TRY_ASSIGN(const Bytes table, image_.data(*exidx));
    ByteReader reader = image_.reader(table);
    while (reader.remaining() >= 8) {
      const std::uint64_t place = exidx->sh_addr + reader.position();
      const std::uint64_t address = prel31(place, reader.u32()) & ~std::uint64_t{1};
      const std::uint32_t word = reader.u32();
      if (!functions.empty() && address < functions.back().address) {
        return malformed(".ARM.exidx: function at {:#x} is out of order", address);
      }
      if (!functions.empty()) functions.back().size = address - functions.back().address;
      functions.push_back({.address = address, .frame = {}});
      if (word == EXIDX_CANTUNWIND) {
        left_out_.push_back(functions.size() - 1);
        continue;
      }
      auto frame = frame_of(place + 4, word);
      if (frame.has_value()) {
        functions.back().frame = *std::move(frame);
        continue;
      }
      diagnostics_.report(".ARM.exidx",
                          fmt::format("{} at {:#x}", frame.error().message(), address));
      left_out_.push_back(functions.size() - 1);
    }
    if (!functions.empty()) functions.back().size = rest_of_section(functions.back().address);
    for (const std::size_t i : left_out_) functions[i].size = 0;
    std::erase_if(functions, [](const EhabiFunction& function) { return function.size == 0; });
    return functions;
  }

 private:
  static std::uint64_t prel31(std::uint64_t place, std::uint32_t word) {
    const auto offset = static_cast<std::int32_t>(word << 1) >> 1;
    return (place + static_cast<std::uint64_t>(std::int64_t{offset})) & 0xffffffffU;
  }

  std::uint64_t rest_of_section(std::uint64_t address) const {
    for (const Section& section : image_.sections()) {
      const bool is_code = (section.sh_flags & SHF_EXECINSTR) != 0;
      if (is_code && address >= section.sh_addr && address - section.sh_addr < section.sh_size) {
        return section.sh_size - (address - section.sh_addr);
      }
    }
    return 0;
  }

  Result<EhabiFrame> frame_of(std::uint64_t place, std::uint32_t word) const {
    if ((word & kInline) != 0) {
      if ((word >> 24 & 0x0f) != 0) return malformed("inline entry of personality {}", word >> 24);
      return run_words(word, 3, {});
    }
    SIGLA_TRY_ASSIGN(const Bytes record, image_.data_at_address(prel31(place, word)));
    ByteReader reader = image_.reader(record);
    std::uint32_t first = reader.u32();
    unsigned byte_count = 2;
    std::size_t word_count = first >> 16 & 0xff;
    if ((first & kInline) == 0) {  // a personality of the language's own, GCC's layout behind it
      first = reader.u32();
      byte_count = 3;
      word_count = first >> 24;
    } else if ((first >> 24 & 0x0f) == 0) {
      byte_count = 3;
      word_count = 0;
    } else if ((first >> 24 & 0x0f) > 2) {
      return malformed("record of personality {}", first >> 24);
    }
    const Bytes rest = reader.bytes(std::uint64_t{word_count} * 4);
    SIGLA_TRY(reader.finish(".ARM.extab"));
    return run_words(first, byte_count, rest);
  }

  // Instructions are the bytes of words from the highest down: the last ones of `first`, then
  // those of the words after it.
  Result<EhabiFrame> run_words(std::uint32_t first, unsigned byte_count, Bytes rest) const {
    Buffer instructions;
    for (unsigned i = byte_count; i-- > 0;) {
      instructions.push_back(static_cast<std::uint8_t>(first >> (8 * i)));
    }
    for (ByteReader reader = image_.reader(rest); !reader.at_end();) {
      const std::uint32_t word = reader.u32();
      for (unsigned shift = 32; shift != 0;) {
        shift -= 8;
        instructions.push_back(static_cast<std::uint8_t>(word >> shift));
      }
    }
    return run_ehabi(instructions);
  }

  const Image& image_;
  Diagnostics& diagnostics_;
  std::vector<std::size_t> left_out_;
};

}  // namespace

Result<EhabiFrame> run_ehabi(Bytes instructions) { return Machine(instructions).run(); }

Result<std::vector<EhabiFunction>> ehabi_functions(const Image& image, Diagnostics& diagnostics) {
  return Index(image, diagnostics).read();
}

}  // namespace sigla::elf
