// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/identity.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/elf/debug_link.h"
#include "formats/elf/dynamic.h"
#include "formats/elf/notes.h"

namespace sigla::elf {
namespace {

bool has_content(const Image& image, std::string_view name, std::uint64_t more_than = 0) {
  return std::ranges::any_of(image.sections(), [&](const Section& section) {
    return section.name == name && section.has_content() && section.sh_size > more_than;
  });
}

bool has_debug_info(const Image& image) {
  return has_content(image, ".debug_info") || has_content(image, ".zdebug_info");
}

// A terminator alone says nothing, nor does the index entry that only ends the code of ARM.
bool has_unwind_info(const Image& image) {
  return has_content(image, ".eh_frame", 4) || has_content(image, ".debug_frame") ||
         has_content(image, ".ARM.exidx", 8);
}

bool has_symbols(const Image& image) {
  const std::size_t symbol_size = image.header().is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
  return std::ranges::any_of(image.sections(), [&](const Section& section) {
    return (section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM) &&
           section.sh_size > symbol_size;
  });
}

// Describes code, and holds none of it.
bool is_debug_only(const Image& image) {
  bool describes_code = has_debug_info(image);
  for (const Section& section : image.sections()) {
    if ((section.sh_flags & SHF_ALLOC) == 0 || (section.sh_flags & SHF_EXECINSTR) == 0) continue;
    if (section.has_content()) return false;
    if (section.sh_type == SHT_NOBITS) describes_code = true;
  }
  return describes_code;
}

// Split DWARF: objects without code whose debug sections are called .debug_*.dwo.
bool is_split_dwarf(const Image& image) {
  return has_content(image, ".debug_info.dwo") && !has_content(image, ".text");
}

bool is_position_independent_executable(const Image& image) {
  const auto entries = dynamic_entries(image);
  if ((find_dynamic(entries, DT_FLAGS_1).value_or(0) & DF_1_PIE) != 0) return true;
  return std::ranges::any_of(image.segments(),
                             [](const Segment& s) { return s.p_type == PT_INTERP; }) &&
         !find_dynamic(entries, DT_SONAME);
}

ObjectKind kind_of(const Image& image) {
  switch (image.header().e_type) {
    case ET_REL:
      return is_split_dwarf(image) ? ObjectKind::kDebug : ObjectKind::kRelocatable;
    case ET_CORE:
      return ObjectKind::kCore;
    case ET_EXEC:
      return is_debug_only(image) ? ObjectKind::kDebug : ObjectKind::kExecutable;
    case ET_DYN:
      if (is_debug_only(image)) return ObjectKind::kDebug;
      return is_position_independent_executable(image) ? ObjectKind::kExecutable
                                                       : ObjectKind::kLibrary;
    default:
      return ObjectKind::kOther;
  }
}

// Breakpad reads whole 16-byte blocks and so up to 15 bytes past a .text of odd size; those bytes
// belong to nobody, and what lies there changes with strip, so we stop at the end.
std::optional<std::array<std::uint8_t, 16>> hash_of_text(const Image& image) {
  constexpr std::size_t kHashedSizeMax = 4096;
  const Section* text = image.section(".text");
  if (text == nullptr || !text->has_content()) return std::nullopt;
  const auto code = image.data(*text);
  if (!code.has_value()) return std::nullopt;
  std::array<std::uint8_t, 16> hash{};
  const Bytes hashed = code->first(std::min(code->size(), kHashedSizeMax));
  for (std::size_t i = 0; i < hashed.size(); ++i) {
    hash[i % hash.size()] = static_cast<std::uint8_t>(hash[i % hash.size()] ^ hashed[i]);
  }
  return hash;
}

void set_ids(const Image& image, Identity& identity) {
  const bool little_endian = image.header().order == std::endian::little;
  if (const auto id = build_id(image)) {
    identity.code_id = CodeId::from_bytes(*id);
    identity.debug_id = DebugId::from_build_id(*id, little_endian);
  } else if (const auto hash = hash_of_text(image)) {
    identity.debug_id = DebugId::from_build_id(*hash, little_endian);
  }
}

}  // namespace

Arch arch_of(const Header& header) {
  switch (header.e_machine) {
    case EM_386:
    case EM_IAMCU:
      return Arch::kX86;
    case EM_X86_64:  // the x32 ABI is 32-bit ELF for the same processor mode
      return Arch::kX86_64;
    case EM_ARM:
      return Arch::kArm;
    case EM_AARCH64:
      return Arch::kArm64;
    case EM_MIPS:
    case EM_MIPS_RS3_LE:
      return header.is_64 ? Arch::kMips64 : Arch::kMips;
    case EM_PPC:
      return Arch::kPpc;
    case EM_PPC64:
      return Arch::kPpc64;
    case EM_SPARC:
    case EM_SPARC32PLUS:
      return Arch::kSparc;
    case EM_SPARCV9:
      return Arch::kSparc64;
    case EM_RISCV:
      return header.is_64 ? Arch::kRiscv64 : Arch::kRiscv32;
    case EM_S390:
      return header.is_64 ? Arch::kS390x : Arch::kUnknown;
    case EM_LOONGARCH:
      return header.is_64 ? Arch::kLoongArch64 : Arch::kUnknown;
    case EM_IA_64:
      return Arch::kIa64;
    default:
      return Arch::kUnknown;
  }
}

Identity identify_image(const Image& image, std::string_view name, const Limits& limits) {
  Identity identity;
  identity.format = image.header().e_type == ET_CORE ? Format::kElfCore : Format::kElf;
  identity.kind = kind_of(image);
  identity.arch = arch_of(image.header());
  identity.name = to_utf8(base_name(name.empty() ? soname(image) : name));
  set_ids(image, identity);
  if (const auto link = debug_link(image, limits)) identity.debug_file_name = to_utf8(link->name);
  identity.has_symbols = has_symbols(image);
  identity.has_debug_info = has_debug_info(image);
  identity.has_unwind_info = has_unwind_info(image);
  return identity;
}

Result<Identity> identify_elf(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Image image, Image::open(file, limits));
  return identify_image(image, name, limits);
}

}  // namespace sigla::elf
