// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "convert/dwarf_unwind.h"
#include "convert/unwind_to_symcache.h"
#include "formats/macho/compact_unwind.h"
#include "formats/macho/functions.h"
#include "formats/macho/identity.h"

namespace sigla {
namespace {

void add_dwarf_section(const macho::Image& image,
                       std::string_view segname,
                       std::string_view sectname,
                       bool is_eh_frame,
                       Conversion& conversion) {
  const macho::Section* section = image.section(segname, sectname);
  if (section == nullptr || !section->has_content) return;
  const Status status = [&]() -> Status {
    DwarfUnwindSource source;
    SIGLA_TRY_ASSIGN(source.section.data, image.data(*section));
    source.section.is_eh_frame = is_eh_frame;
    source.section.order = image.header().order;
    source.section.address_size = image.header().is_64 ? 8 : 4;
    source.section.address = section->addr;
    source.arch = macho::arch_of(image.header().cputype, image.header().cpusubtype);
    source.image_base = macho::image_base(image);
    source.is_darwin = is_eh_frame;
    return add_dwarf_unwind(source, conversion.limits, conversion.writer, conversion.diagnostics);
  }();
  if (!status.has_value()) conversion.diagnostics.report(sectname, status.error().message());
}

// Where the link register stands in DWARF's numbers; only ARM64 leaves return addresses in it.
constexpr std::uint32_t kArm64Lr = 30;

void set_rules(const macho::CompactFrame& frame, UnwindRuleSet& rules) {
  rules.clear();
  rules.cfa = UnwindRule::of_register(frame.cfa_register, frame.cfa_offset);
  rules.return_address = frame.return_address_offset
                             ? UnwindRule::at_cfa(*frame.return_address_offset)
                             : UnwindRule::of_register(kArm64Lr);
  for (std::size_t i = 0; i < frame.saved_count; ++i) {
    rules.set({frame.saved[i].reg, false}, UnwindRule::at_cfa(frame.saved[i].cfa_offset));
  }
}

// The code of a function, as far as the file has it.
Bytes code_at(const macho::Image& image, std::uint64_t address, std::uint64_t size) {
  for (const macho::Segment& segment : image.segments()) {
    if (address < segment.vmaddr || address - segment.vmaddr >= segment.filesize) continue;
    const auto data = image.data(segment);
    if (!data.has_value() || address - segment.vmaddr >= data->size()) return {};
    const Bytes rest = data->subspan(address - segment.vmaddr);
    return rest.first(std::min<std::uint64_t>(size, rest.size()));
  }
  return {};
}

Status add_compact(const macho::Image& image, Conversion& conversion) {
  const macho::Section* section = image.section("__TEXT", "__unwind_info");
  if (section == nullptr || !section->has_content) return {};
  SIGLA_TRY_ASSIGN(const Bytes info, image.data(*section));
  SIGLA_TRY_ASSIGN(const auto functions, macho::compact_functions(info, image.header().order));
  const std::uint32_t cputype = image.header().cputype;
  const std::uint64_t base = macho::image_base(image);
  UnwindRuleSet rules;
  for (const macho::CompactFunction& function : functions) {
    if (macho::is_described_by_dwarf(cputype, function.encoding)) continue;
    const Bytes code = code_at(image, base + function.offset, function.size);
    const auto frame = macho::decode_compact(cputype, function.encoding, code);
    if (!frame) continue;  // it says nothing
    if (!conversion.writer.unwind().begin_entry(function.offset, function.size)) continue;
    set_rules(*frame, rules);
    conversion.writer.unwind().add_row(function.offset, rules);
  }
  return {};
}

}  // namespace

void add_macho_unwind(const macho::Image& image, Conversion& conversion) {
  add_dwarf_section(image, "__DWARF", "__debug_frame", false, conversion);
  // Apple's unwinder asks __unwind_info first, and it has the last word on which functions
  // __eh_frame describes.
  const Status status = add_compact(image, conversion);
  if (!status.has_value()) {
    conversion.diagnostics.report("__unwind_info", status.error().message());
  }
  add_dwarf_section(image, "__TEXT", "__eh_frame", true, conversion);
}

}  // namespace sigla
