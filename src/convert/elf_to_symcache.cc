// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_to_symcache.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "codec/decoder.h"
#include "convert/dwarf_to_symcache.h"
#include "convert/elf_companions.h"
#include "convert/elf_sections.h"
#include "convert/unwind_to_symcache.h"
#include "formats/elf/functions.h"
#include "formats/elf/identity.h"
#include "formats/elf/layout.h"
#include "formats/elf/plt.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

bool is_linked(const elf::Image& image) {
  return image.header().e_type == elf::ET_EXEC || image.header().e_type == elf::ET_DYN;
}

// Where code lies. Debug files keep their code sections as SHT_NOBITS, which is enough.
std::vector<CodeRange> code_of(const elf::Image& image) {
  const auto addresses = elf::section_addresses(image);
  std::vector<CodeRange> code;
  for (const elf::Section& section : image.sections()) {
    if ((section.sh_flags & elf::SHF_EXECINSTR) == 0) continue;
    code.push_back(code_range(addresses[section.index], section.sh_size));
  }
  std::ranges::sort(code, {}, &CodeRange::low);
  return code;
}

Status add_dwarf_of(const elf::Image& image,
                    const ElfSections& sections,
                    std::function<void()> beside,
                    Conversion& conversion) {
  DwarfSource source;
  source.main = sections.sections();
  source.info_unpacker = sections.info_unpacker();
  const auto supplementary = find_supplementary(image, conversion);
  if (supplementary) source.supplementary = supplementary->sections.sections();
  const auto split = find_split(source.main, conversion);
  for (const ElfCompanion& file : split) source.split.push_back(file.sections.sections());
  source.image_base = elf::load_address(image);
  source.code = code_of(image);
  source.is_relocatable = image.header().e_type == elf::ET_REL;
  source.thread_count = conversion.thread_count;
  source.beside = std::move(beside);
  return add_dwarf(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

// The symbols of a program and of the files that hold more of them, the fullest table first: at one
// address the first name counts.
class Symbols {
 public:
  explicit Symbols(Conversion& conversion)
      : conversion_(conversion), run_(kSymbolTableOrder, conversion.limits) {}

  void add(const elf::Image& image) {
    const auto functions = elf::functions_of(image, conversion_.limits);
    if (!functions.has_value()) {
      conversion_.diagnostics.report("symbol table", functions.error().message());
      return;
    }
    for (const elf::Function& function : *functions) {
      run_.add_symbol(function.address, function.size, function.name);
    }
  }

  // MiniDebugInfo: an ELF file with the symbols that are not in .dynsym, as .xz.
  void add_mini_debug_info(const elf::Image& image) {
    const Status status = [&]() -> Status {
      SIGLA_TRY_ASSIGN(const Bytes packed, elf::section_bytes(image, ".gnu_debugdata"));
      const Limits& limits = conversion_.limits;
      SIGLA_TRY_ASSIGN(const Buffer unpacked,
                       decode(Codec::kXz, packed, limits.section_size_max, limits));
      SIGLA_TRY_ASSIGN(const auto inner, elf::Image::open(unpacked, limits));
      add(inner);
      return {};
    }();
    if (status.has_value() || status.error().code() == ErrorCode::kNotFound) return;
    conversion_.diagnostics.report("MiniDebugInfo", status.error().message());
  }

  void add_plt(const elf::Image& image) {
    for (const elf::PltEntry& entry : elf::plt_entries(image, conversion_.limits)) {
      run_.add_symbol(entry.address, entry.size, std::string(entry.symbol) + "@plt");
    }
  }

  void finish() { conversion_.writer.take(std::move(run_)); }

 private:
  Conversion& conversion_;
  SymcacheRun run_;
};

void set_placement(const elf::Image& image, SymcacheWriter& writer) {
  const std::uint64_t base = elf::load_address(image);
  std::uint64_t text_address = 0;
  for (const elf::Section& section : image.sections()) {
    if (section.name == ".text" && section.sh_addr >= base) text_address = section.sh_addr - base;
  }
  writer.set_placement(base, text_address);
}

}  // namespace

Status elf_to_symcache(Bytes file, Conversion& conversion) {
  const Limits& limits = conversion.limits;
  SIGLA_TRY_ASSIGN(const auto image, elf::Image::open(file, limits));
  conversion.writer.set_identity(elf::identify_image(image, conversion.file_name, limits));
  if (is_linked(image)) set_placement(image, conversion.writer);

  const auto sections =
      ElfSections::begin(image, conversion.thread_count, limits, conversion.diagnostics);
  const bool may_lie_elsewhere = !sections.has_dwarf() && is_linked(image);
  const auto debug = may_lie_elsewhere ? find_debug_file(image, conversion) : std::nullopt;
  const auto add_rest = [&] {
    Symbols symbols(conversion);
    if (debug) symbols.add(debug->image);
    symbols.add(image);
    symbols.add_mini_debug_info(image);
    symbols.add_plt(image);
    symbols.finish();
    add_elf_unwind(image, conversion);
  };
  if (sections.has_dwarf()) {
    SIGLA_TRY(add_dwarf_of(image, sections, add_rest, conversion));
  } else if (debug && debug->sections.has_dwarf()) {
    SIGLA_TRY(add_dwarf_of(debug->image, debug->sections, add_rest, conversion));
  } else {
    add_rest();
  }
  return {};
}

}  // namespace sigla
