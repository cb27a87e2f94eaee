// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "convert/dwarf_unwind.h"
#include "convert/unwind_to_symcache.h"
#include "formats/dwarf/eh_pointer.h"
#include "formats/elf/compression.h"
#include "formats/elf/ehabi.h"
#include "formats/elf/functions.h"
#include "formats/elf/identity.h"
#include "formats/elf/layout.h"
#include "formats/elf/relocations.h"

namespace sigla {
namespace {

class ElfUnwind {
 public:
  ElfUnwind(const elf::Image& image, Conversion& conversion)
      : image_(image), conversion_(conversion), addresses_(elf::section_addresses(image)) {
    source_.arch = elf::arch_of(image.header());
    source_.image_base = elf::load_address(image);
    source_.section.order = image.header().order;
    source_.section.address_size = static_cast<std::uint8_t>(image.word_size());
    if (const elf::Section* text = image.section(".text")) {
      source_.section.text_base = addresses_[text->index];
    }
    if (const elf::Section* got = image.section(".got")) {
      source_.section.data_base = addresses_[got->index];
    }
    find_code();
    source_.code = code_;
  }

  Status add() {
    const elf::Section* eh_frame = image_.section(".eh_frame");
    if (eh_frame != nullptr && eh_frame->has_content()) {
      SIGLA_TRY(add_section(*eh_frame, true));
    } else {
      SIGLA_TRY(add_by_header());
    }
    for (const std::string_view name : {".debug_frame", ".zdebug_frame"}) {
      const elf::Section* debug_frame = image_.section(name);
      if (debug_frame != nullptr && debug_frame->has_content()) {
        SIGLA_TRY(add_section(*debug_frame, false));
      }
    }
    return source_.arch == Arch::kArm ? add_ehabi() : Status();
  }

 private:
  void find_code() {
    for (const elf::Section& section : image_.sections()) {
      if ((section.sh_flags & elf::SHF_EXECINSTR) == 0) continue;
      const std::uint64_t low = addresses_[section.index];
      code_.push_back({low, low + std::min(section.sh_size, UINT64_MAX - low)});
    }
    std::ranges::sort(code_, {}, &CodeRange::low);
  }

  Status add_section(const elf::Section& section, bool is_eh_frame) {
    SIGLA_TRY_ASSIGN(elf::SectionContent content,
                     elf::unpacked_section(image_, section, conversion_.limits));
    if (elf::has_relocations(image_, section)) {
      SIGLA_TRY_ASSIGN(
          const std::uint64_t left_out,
          elf::apply_relocations(
              image_, section, addresses_, content.mutable_bytes(), conversion_.limits));
      if (left_out != 0) {
        conversion_.diagnostics.report("relocations of an unknown type",
                                       fmt::format("{} in {}", left_out, section.name));
      }
    }
    return add_bytes(content.bytes(), addresses_[section.index], is_eh_frame);
  }

  // A file without a section table: .eh_frame_hdr says where .eh_frame is, but not where it ends;
  // its record of length 0 does, and read_cfi() stops at whatever is no record.
  Status add_by_header() {
    const auto segment =
        std::ranges::find(image_.segments(), elf::PT_GNU_EH_FRAME, &elf::Segment::p_type);
    if (segment == image_.segments().end() || !image_.sections().empty()) return {};
    SIGLA_TRY_ASSIGN(const Bytes header, image_.data(*segment));
    ByteReader reader = image_.reader(header);
    const std::uint8_t version = reader.u8();
    const std::uint8_t pointer_encoding = reader.u8();
    reader.skip(2);  // encodings of the table
    if (version != 1) return malformed(".eh_frame_hdr: version {}", version);
    dwarf::EhBases bases;
    bases.address_size = source_.section.address_size;
    bases.pc = bases.data = segment->p_vaddr;
    const auto address = dwarf::read_eh_pointer(reader, pointer_encoding, bases);
    SIGLA_TRY(reader.finish(".eh_frame_hdr"));
    if (!address) return malformed(".eh_frame_hdr: pointer encoding {:#x}", pointer_encoding);
    SIGLA_TRY_ASSIGN(const Bytes frames, image_.data_at_address(*address));
    source_.section.ends_at_terminator = true;
    Status status = add_bytes(frames, *address, true);
    source_.section.ends_at_terminator = false;
    return status;
  }

  Status add_ehabi() {
    SIGLA_TRY_ASSIGN(const auto functions, elf::ehabi_functions(image_, conversion_.diagnostics));
    UnwindRuleSet rules;
    for (const elf::EhabiFunction& function : functions) {
      if (function.address < source_.image_base) continue;
      const std::uint64_t address = function.address - source_.image_base;
      // Many are described better already, by .debug_frame.
      if (!conversion_.writer.unwind().begin_entry(address, function.size)) continue;
      set_rules(function.frame, rules);
      conversion_.writer.unwind().add_row(address, rules);
    }
    return {};
  }

  static void set_rules(const elf::EhabiFrame& frame, UnwindRuleSet& rules) {
    constexpr std::uint32_t kLr = 14;
    constexpr std::uint32_t kPc = 15;
    rules.clear();
    rules.cfa = UnwindRule::of_register(frame.cfa_register, frame.cfa_offset);
    rules.return_address = UnwindRule::of_register(kLr);
    for (const auto& [reg, offset] : frame.saved) {
      if (reg == kLr || reg == kPc) {
        rules.return_address = UnwindRule::at_cfa(offset);
      } else {
        rules.set({reg, false}, UnwindRule::at_cfa(offset));
      }
    }
  }

  Status add_bytes(Bytes data, std::uint64_t address, bool is_eh_frame) {
    source_.section.data = data;
    source_.section.address = address;
    source_.section.is_eh_frame = is_eh_frame;
    return add_dwarf_unwind(
        source_, conversion_.limits, conversion_.writer, conversion_.diagnostics);
  }

  const elf::Image& image_;
  Conversion& conversion_;
  std::vector<std::uint64_t> addresses_;
  std::vector<CodeRange> code_;
  DwarfUnwindSource source_;
};

}  // namespace

void add_elf_unwind(const elf::Image& image, Conversion& conversion) {
  const Status status = ElfUnwind(image, conversion).add();
  if (!status.has_value()) {
    conversion.diagnostics.report("unwind information", status.error().message());
  }
}

}  // namespace sigla
