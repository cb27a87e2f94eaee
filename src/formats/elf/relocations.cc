// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/relocations.h"

#include <algorithm>
#include <array>
#include <optional>

#include "formats/elf/symbols.h"

namespace sigla::elf {
namespace {

enum class Action : std::uint8_t {
  kSet,       // S + A
  kRelative,  // S + A - P
  kAdd,       // V + S + A, V being what stands there
  kSubtract,  // V - S - A
  kSet6,      // the low six bits
  kSubtract6,
  kSetUleb,  // in as many bytes as are there
  kSubtractUleb,
  kNothing,
};

struct Operation {
  Action action = Action::kNothing;
  unsigned size = 0;  // bytes
};

struct Type {
  std::uint16_t machine;
  std::uint32_t number;
  Operation operation;
};

// Whatever assemblers put into debug sections; thread-local offsets (DTPOFF and the like) lead to
// no code and count as nothing.
constexpr Type kTypes[] = {
    {EM_X86_64, 0, {}},
    {EM_X86_64, 1, {Action::kSet, 8}},        // R_X86_64_64
    {EM_X86_64, 2, {Action::kRelative, 4}},   // R_X86_64_PC32
    {EM_X86_64, 10, {Action::kSet, 4}},       // R_X86_64_32
    {EM_X86_64, 11, {Action::kSet, 4}},       // R_X86_64_32S
    {EM_X86_64, 12, {Action::kSet, 2}},       // R_X86_64_16
    {EM_X86_64, 14, {Action::kSet, 1}},       // R_X86_64_8
    {EM_X86_64, 17, {}},                      // R_X86_64_DTPOFF64
    {EM_X86_64, 21, {}},                      // R_X86_64_DTPOFF32
    {EM_X86_64, 24, {Action::kRelative, 8}},  // R_X86_64_PC64
    {EM_386, 0, {}},
    {EM_386, 1, {Action::kSet, 4}},       // R_386_32
    {EM_386, 2, {Action::kRelative, 4}},  // R_386_PC32
    {EM_386, 20, {Action::kSet, 2}},      // R_386_16
    {EM_386, 22, {Action::kSet, 1}},      // R_386_8
    {EM_386, 32, {}},                     // R_386_TLS_LDO_32
    {EM_AARCH64, 0, {}},
    {EM_AARCH64, 257, {Action::kSet, 8}},       // R_AARCH64_ABS64
    {EM_AARCH64, 258, {Action::kSet, 4}},       // R_AARCH64_ABS32
    {EM_AARCH64, 259, {Action::kSet, 2}},       // R_AARCH64_ABS16
    {EM_AARCH64, 260, {Action::kRelative, 8}},  // R_AARCH64_PREL64
    {EM_AARCH64, 261, {Action::kRelative, 4}},  // R_AARCH64_PREL32
    {EM_ARM, 0, {}},
    {EM_ARM, 2, {Action::kSet, 4}},       // R_ARM_ABS32
    {EM_ARM, 3, {Action::kRelative, 4}},  // R_ARM_REL32
    {EM_ARM, 106, {}},                    // R_ARM_TLS_LDO32
    {EM_RISCV, 0, {}},
    {EM_RISCV, 1, {Action::kSet, 4}},            // R_RISCV_32
    {EM_RISCV, 2, {Action::kSet, 8}},            // R_RISCV_64
    {EM_RISCV, 33, {Action::kAdd, 1}},           // R_RISCV_ADD8
    {EM_RISCV, 34, {Action::kAdd, 2}},           // R_RISCV_ADD16
    {EM_RISCV, 35, {Action::kAdd, 4}},           // R_RISCV_ADD32
    {EM_RISCV, 36, {Action::kAdd, 8}},           // R_RISCV_ADD64
    {EM_RISCV, 37, {Action::kSubtract, 1}},      // R_RISCV_SUB8
    {EM_RISCV, 38, {Action::kSubtract, 2}},      // R_RISCV_SUB16
    {EM_RISCV, 39, {Action::kSubtract, 4}},      // R_RISCV_SUB32
    {EM_RISCV, 40, {Action::kSubtract, 8}},      // R_RISCV_SUB64
    {EM_RISCV, 51, {}},                          // R_RISCV_RELAX
    {EM_RISCV, 52, {Action::kSubtract6, 1}},     // R_RISCV_SUB6
    {EM_RISCV, 53, {Action::kSet6, 1}},          // R_RISCV_SET6
    {EM_RISCV, 54, {Action::kSet, 1}},           // R_RISCV_SET8
    {EM_RISCV, 55, {Action::kSet, 2}},           // R_RISCV_SET16
    {EM_RISCV, 56, {Action::kSet, 4}},           // R_RISCV_SET32
    {EM_RISCV, 57, {Action::kRelative, 4}},      // R_RISCV_32_PCREL
    {EM_RISCV, 60, {Action::kSetUleb, 0}},       // R_RISCV_SET_ULEB128
    {EM_RISCV, 61, {Action::kSubtractUleb, 0}},  // R_RISCV_SUB_ULEB128
    {EM_LOONGARCH, 0, {}},
    {EM_LOONGARCH, 1, {Action::kSet, 4}},          // R_LARCH_32
    {EM_LOONGARCH, 2, {Action::kSet, 8}},          // R_LARCH_64
    {EM_LOONGARCH, 47, {Action::kAdd, 1}},         // R_LARCH_ADD8
    {EM_LOONGARCH, 48, {Action::kAdd, 2}},         // R_LARCH_ADD16
    {EM_LOONGARCH, 50, {Action::kAdd, 4}},         // R_LARCH_ADD32
    {EM_LOONGARCH, 51, {Action::kAdd, 8}},         // R_LARCH_ADD64
    {EM_LOONGARCH, 52, {Action::kSubtract, 1}},    // R_LARCH_SUB8
    {EM_LOONGARCH, 53, {Action::kSubtract, 2}},    // R_LARCH_SUB16
    {EM_LOONGARCH, 55, {Action::kSubtract, 4}},    // R_LARCH_SUB32
    {EM_LOONGARCH, 56, {Action::kSubtract, 8}},    // R_LARCH_SUB64
    {EM_LOONGARCH, 99, {Action::kRelative, 4}},    // R_LARCH_32_PCREL
    {EM_LOONGARCH, 105, {Action::kSet6, 1}},       // R_LARCH_ADD6
    {EM_LOONGARCH, 106, {Action::kSubtract6, 1}},  // R_LARCH_SUB6
    {EM_PPC64, 0, {}},
    {EM_PPC64, 1, {Action::kSet, 4}},        // R_PPC64_ADDR32
    {EM_PPC64, 26, {Action::kRelative, 4}},  // R_PPC64_REL32
    {EM_PPC64, 38, {Action::kSet, 8}},       // R_PPC64_ADDR64
    {EM_PPC64, 44, {Action::kRelative, 8}},  // R_PPC64_REL64
    {EM_PPC64, 78, {}},                      // R_PPC64_DTPREL64
    {EM_PPC, 0, {}},
    {EM_PPC, 1, {Action::kSet, 4}},        // R_PPC_ADDR32
    {EM_PPC, 26, {Action::kRelative, 4}},  // R_PPC_REL32
    {EM_S390, 0, {}},
    {EM_S390, 1, {Action::kSet, 1}},        // R_390_8
    {EM_S390, 3, {Action::kSet, 2}},        // R_390_16
    {EM_S390, 4, {Action::kSet, 4}},        // R_390_32
    {EM_S390, 5, {Action::kRelative, 4}},   // R_390_PC32
    {EM_S390, 22, {Action::kSet, 8}},       // R_390_64
    {EM_S390, 23, {Action::kRelative, 8}},  // R_390_PC64
    {EM_MIPS, 0, {}},
    {EM_MIPS, 2, {Action::kSet, 4}},         // R_MIPS_32
    {EM_MIPS, 18, {Action::kSet, 8}},        // R_MIPS_64
    {EM_MIPS, 39, {}},                       // R_MIPS_TLS_DTPREL32
    {EM_MIPS, 41, {}},                       // R_MIPS_TLS_DTPREL64
    {EM_MIPS, 248, {Action::kRelative, 4}},  // R_MIPS_PC32
};

// The types of one machine by number.
class Operations {
 public:
  explicit Operations(std::uint16_t machine) {
    for (const Type& type : kTypes) {
      if (type.machine == machine) by_number_[type.number] = type.operation;
    }
  }
  const Operation* find(std::uint32_t number) const {
    if (number >= by_number_.size() || !by_number_[number]) return nullptr;
    return &*by_number_[number];
  }

 private:
  std::array<std::optional<Operation>, 262> by_number_;
};

// Little-endian or big-endian integers of 1 to 8 bytes.
std::uint64_t get(Bytes field, std::endian order) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::size_t at = order == std::endian::big ? i : field.size() - 1 - i;
    value = value << 8 | field[at];
  }
  return value;
}

void put(MutableBytes field, std::uint64_t value, std::endian order) {
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::size_t at = order == std::endian::big ? field.size() - 1 - i : i;
    field[at] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

bool change_uleb(MutableBytes rest, std::uint64_t value, bool is_subtracted) {
  constexpr std::size_t kSizeMax = 10;
  std::uint64_t old = 0;
  std::size_t size = 0;
  for (;; ++size) {
    if (size == rest.size() || size == kSizeMax) return false;
    if (size < 9) old |= static_cast<std::uint64_t>(rest[size] & 0x7f) << (7 * size);
    if ((rest[size] & 0x80) == 0) break;
  }
  value = is_subtracted ? old - value : value;
  for (std::size_t i = 0; i <= size; ++i, value >>= 7) {
    rest[i] = static_cast<std::uint8_t>((value & 0x7f) | (i == size ? 0 : 0x80));
  }
  return true;
}

struct Relocation {
  std::uint64_t r_offset = 0;
  std::uint32_t symbol = 0;
  std::uint32_t type = 0;
  std::optional<std::uint64_t> r_addend;  // none: it stands in the section
};

Relocation read_relocation(const Image& image, ByteReader& reader, bool has_addend) {
  Relocation relocation;
  relocation.r_offset = image.read_word(reader);
  const std::uint64_t r_info = image.read_word(reader);
  const Header& header = image.header();
  if (header.is_64 && header.e_machine == EM_MIPS && header.order == std::endian::little) {
    // Four fields instead of one: r_sym u32, r_ssym u8, r_type3 u8, r_type2 u8, r_type u8.
    relocation.symbol = static_cast<std::uint32_t>(r_info);
    relocation.type = static_cast<std::uint32_t>(r_info >> 56);
  } else if (header.is_64) {
    relocation.symbol = static_cast<std::uint32_t>(r_info >> 32);
    relocation.type = static_cast<std::uint32_t>(r_info);
    if (header.e_machine == EM_MIPS) relocation.type &= 0xff;
  } else {
    relocation.symbol = static_cast<std::uint32_t>(r_info >> 8);
    relocation.type = static_cast<std::uint32_t>(r_info & 0xff);
  }
  if (has_addend) relocation.r_addend = image.read_word(reader);
  return relocation;
}

// False when it does not fit.
bool apply(const Operation& operation,
           const Relocation& relocation,
           std::uint64_t target,
           std::endian order,
           MutableBytes content) {
  if (operation.action == Action::kNothing) return true;
  if (relocation.r_offset > content.size() ||
      operation.size > content.size() - relocation.r_offset) {
    return false;
  }
  const MutableBytes rest = content.subspan(static_cast<std::size_t>(relocation.r_offset));
  if (operation.size == 0) {
    return change_uleb(
        rest, target + relocation.r_addend.value_or(0), operation.action == Action::kSubtractUleb);
  }
  const MutableBytes field = rest.first(operation.size);
  const std::uint64_t old = get(field, order);
  const bool has_addend = relocation.r_addend.has_value();
  const std::uint64_t value = target + (has_addend ? *relocation.r_addend : old);
  switch (operation.action) {
    case Action::kSet:
      put(field, value, order);
      break;
    case Action::kRelative:
      put(field, value - relocation.r_offset, order);
      break;
    case Action::kAdd:
      put(field, old + value, order);
      break;
    case Action::kSubtract:
      put(field, old - value, order);
      break;
    case Action::kSet6:
      put(field, (old & 0xc0) | (value & 0x3f), order);
      break;
    case Action::kSubtract6:
      put(field, (old & 0xc0) | ((old - value) & 0x3f), order);
      break;
    case Action::kSetUleb:
    case Action::kSubtractUleb:
    case Action::kNothing:
      break;
  }
  return true;
}

std::uint64_t address_of(const Symbol& symbol, std::span<const std::uint64_t> addresses) {
  if (symbol.section_index >= addresses.size()) return symbol.st_value;
  return addresses[symbol.section_index] + symbol.st_value;
}

bool speaks_of(const Section& relocations, const Section& section) {
  return (relocations.sh_type == SHT_REL || relocations.sh_type == SHT_RELA) &&
         relocations.sh_info == section.index && relocations.has_content();
}

}  // namespace

bool has_relocations(const Image& image, const Section& section) {
  return image.header().e_type == ET_REL &&
         std::ranges::any_of(image.sections(),
                             [&](const Section& other) { return speaks_of(other, section); });
}

Result<std::uint64_t> apply_relocations(const Image& image,
                                        const Section& section,
                                        std::span<const std::uint64_t> addresses,
                                        MutableBytes content,
                                        const Limits& limits) {
  std::uint64_t skipped_count = 0;
  if (image.header().e_type != ET_REL) return skipped_count;
  SIGLA_TRY_ASSIGN(const auto symbols, SymbolTable::open_static(image, limits));
  const std::uint64_t symbol_count = symbols ? symbols->size() : 0;
  const Operations operations(image.header().e_machine);
  for (const Section& relocations : image.sections()) {
    if (!speaks_of(relocations, section)) continue;
    SIGLA_TRY_ASSIGN(const Bytes table, image.data(relocations));
    const bool has_addend = relocations.sh_type == SHT_RELA;
    const std::size_t entry_size = image.word_size() * (has_addend ? 3 : 2);
    ByteReader reader = image.reader(table);
    while (reader.remaining() >= entry_size) {
      const Relocation relocation = read_relocation(image, reader, has_addend);
      const Operation* const operation = operations.find(relocation.type);
      std::uint64_t target = 0;
      if (relocation.symbol != 0 && relocation.symbol < symbol_count) {
        target = address_of(symbols->unnamed_symbol(relocation.symbol), addresses);
      }
      if (!operation || !apply(*operation, relocation, target, image.header().order, content)) {
        ++skipped_count;
      }
    }
  }
  return skipped_count;
}

}  // namespace sigla::elf
