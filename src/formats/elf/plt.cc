// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/plt.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "formats/elf/functions.h"
#include "formats/elf/symbols.h"

namespace sigla::elf {
namespace {

// Index of the dynamic symbol whose address ends up in a slot.
using SymbolBySlot = std::unordered_map<std::uint64_t, std::uint32_t>;

SymbolBySlot read_slots(const Image& image) {
  SymbolBySlot slots;
  for (const Section& section : image.sections()) {
    const bool has_addend = section.sh_type == SHT_RELA;
    if (!has_addend && section.sh_type != SHT_REL) continue;
    if ((section.sh_flags & SHF_ALLOC) == 0) continue;
    const auto table = image.data(section);
    if (!table.has_value()) continue;
    const std::size_t entry_size = image.word_size() * (has_addend ? 3 : 2);
    ByteReader reader = image.reader(*table);
    while (reader.remaining() >= entry_size) {
      const std::uint64_t r_offset = image.read_word(reader);
      const std::uint64_t r_info = image.read_word(reader);
      if (has_addend) reader.skip(image.word_size());
      const std::uint64_t symbol = image.header().is_64 ? r_info >> 32 : r_info >> 8;
      if (symbol != 0) slots.try_emplace(r_offset, static_cast<std::uint32_t>(symbol));
    }
  }
  return slots;
}

// One table, and how its code is read.
class Table {
 public:
  Table(const Image& image, const Section& section, Bytes code)
      : image_(image), section_(section), code_(code) {
    const Section* got = image.section(".got.plt");
    if (got == nullptr) got = image.section(".got");
    if (got != nullptr) got_address_ = got->sh_addr;
  }

  // The slot that the entry at `offset` jumps through, and where the next entry begins.
  struct Jump {
    std::uint64_t slot;
    std::size_t start;
    std::size_t end;
  };
  std::optional<Jump> next(std::size_t& offset) const {
    const bool is_arm64 = image_.header().e_machine == EM_AARCH64;
    for (; offset < code_.size(); offset += is_arm64 ? 4 : 1) {
      const auto slot = is_arm64 ? arm64_slot(offset) : x86_slot(offset);
      if (!slot) continue;
      const std::size_t size = entry_size();
      const std::size_t start = is_arm64 ? arm64_start(offset) : offset / size * size;
      offset = is_arm64 ? offset + 8 : start + size;
      return Jump{*slot, start, is_arm64 ? 0 : std::min(start + size, code_.size())};
    }
    return std::nullopt;
  }

 private:
  std::size_t entry_size() const {
    constexpr std::size_t kUsual = 16;
    const bool is_sane = section_.sh_entsize >= 8 && section_.sh_entsize <= 64;
    return is_sane ? static_cast<std::size_t>(section_.sh_entsize) : kUsual;
  }

  std::uint32_t u32(std::size_t offset) const {
    ByteReader reader(code_.subspan(std::min(offset, code_.size())));
    return reader.u32();
  }

  // jmp *disp32(%rip), jmp *address or, position-independent on i386, jmp *disp32(%ebx).
  std::optional<std::uint64_t> x86_slot(std::size_t offset) const {
    constexpr std::size_t kJumpSize = 6;
    if (code_.size() - offset < kJumpSize || code_[offset] != 0xff) return std::nullopt;
    const std::uint32_t operand = u32(offset + 2);
    if (image_.header().e_machine == EM_X86_64) {
      if (code_[offset + 1] != 0x25) return std::nullopt;
      const auto displacement = static_cast<std::int64_t>(static_cast<std::int32_t>(operand));
      return section_.sh_addr + offset + kJumpSize + static_cast<std::uint64_t>(displacement);
    }
    if (code_[offset + 1] == 0x25) return operand;
    if (code_[offset + 1] == 0xa3) {
      return static_cast<std::uint32_t>(got_address_ + operand);
    }
    return std::nullopt;
  }

  // adrp x16, page; ldr x17, [x16, #offset]
  std::optional<std::uint64_t> arm64_slot(std::size_t offset) const {
    constexpr std::uint64_t kPageMask = 0xfff;
    const std::uint32_t adrp = u32(offset);
    const std::uint32_t ldr = u32(offset + 4);
    if ((adrp & 0x9f00001f) != 0x90000010 || (ldr & 0xffc003ff) != 0xf9400211) return std::nullopt;
    const std::uint32_t pages = (adrp >> 3 & 0x1ffffc) | (adrp >> 29 & 3);  // signed, 21 bits
    const auto distance = static_cast<std::int64_t>(static_cast<std::int32_t>(pages << 11) >> 11);
    const std::uint64_t page = ((section_.sh_addr + offset) & ~kPageMask) +
                               static_cast<std::uint64_t>(distance) * (kPageMask + 1);
    return page + (ldr >> 10 & 0xfff) * 8;
  }

  // "bti c" before it belongs to the entry.
  std::size_t arm64_start(std::size_t offset) const {
    constexpr std::uint32_t kBtiC = 0xd503245f;
    return offset >= 4 && u32(offset - 4) == kBtiC ? offset - 4 : offset;
  }

  const Image& image_;
  const Section& section_;
  Bytes code_;
  std::uint64_t got_address_ = 0;
};

bool is_supported(std::uint16_t machine) {
  return machine == EM_X86_64 || machine == EM_386 || machine == EM_AARCH64;
}

}  // namespace

std::vector<PltEntry> plt_entries(const Image& image, const Limits& limits) {
  std::vector<PltEntry> entries;
  if (!is_supported(image.header().e_machine) || image.header().e_type == ET_REL) return entries;
  const auto symbols = SymbolTable::open_dynamic(image, limits);
  if (!symbols.has_value() || !symbols->has_value()) return entries;
  const SymbolBySlot slots = read_slots(image);
  const std::uint64_t base = load_address(image);
  for (const Section& section : image.sections()) {
    const bool is_plt = section.name == ".plt" || section.name.starts_with(".plt.");
    if (!is_plt || (section.sh_flags & SHF_EXECINSTR) == 0) continue;
    const auto code = image.data(section);
    if (!code.has_value()) continue;
    const Table table(image, section, *code);
    std::size_t offset = 0;
    while (const auto jump = table.next(offset)) {
      const auto slot = slots.find(jump->slot);
      if (slot == slots.end() || slot->second >= (*symbols)->size()) continue;
      const std::string_view name = (*symbols)->symbol(slot->second).name;
      const std::uint64_t address = section.sh_addr + jump->start;
      if (name.empty() || address < base) continue;
      const std::size_t size = jump->end == 0 ? 0 : jump->end - jump->start;
      entries.push_back({address - base, size, name});
    }
  }
  std::ranges::sort(entries, {}, &PltEntry::address);
  return entries;
}

}  // namespace sigla::elf
