// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_unwind.h"
#include "convert/unwind_to_symcache.h"
#include "formats/pe/identity.h"
#include "formats/pe/unwind.h"

namespace sigla {
namespace {

constexpr std::uint32_t kRsp = 7;  // DWARF's number on x64

// Where the return address is that no instruction has saved; x64's is always on the stack.
std::uint32_t link_register(Arch arch) {
  constexpr std::uint32_t kArmLr = 14;
  constexpr std::uint32_t kArm64Lr = 30;
  return arch == Arch::kArm ? kArmLr : kArm64Lr;
}

void set_rules(const pe::UnwindRow& row, std::uint32_t lr, UnwindRuleSet& rules) {
  rules.clear();
  rules.cfa = UnwindRule::of_register(row.cfa_register, row.cfa_offset);
  rules.return_address = row.return_address_offset ? UnwindRule::at_cfa(*row.return_address_offset)
                                                   : UnwindRule::of_register(lr);
  for (std::size_t i = 0; i < row.saved_count; ++i) {
    rules.set({row.saved[i].reg, false}, UnwindRule::at_cfa(row.saved[i].cfa_offset));
  }
  if (row.interrupted_sp_offset) {
    rules.is_signal_frame = true;
    rules.set({kRsp, false}, UnwindRule::at_cfa(*row.interrupted_sp_offset));
  }
}

Status add_exception_directory(const pe::Image& image, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto functions, pe::unwind_functions(image, conversion.diagnostics));
  std::vector<pe::UnwindRow> rows;
  UnwindRuleSet rules;
  const std::uint32_t lr = link_register(pe::arch_of(image.header().machine));
  for (const pe::UnwindFunction& function : functions) {
    const Status status = pe::read_unwind_rows(image, function, rows);
    if (!status.has_value()) {
      conversion.diagnostics.report(
          "exception directory",
          fmt::format("{} of the function at {:#x}", status.error().message(), function.begin));
      continue;
    }
    if (!conversion.writer.unwind().begin_entry(function.begin, function.size)) continue;
    for (const pe::UnwindRow& row : rows) {
      set_rules(row, lr, rules);
      conversion.writer.unwind().add_row(std::uint64_t{function.begin} + row.offset, rules);
    }
  }
  return {};
}

Status add_dwarf_section(const pe::Image& image,
                         std::string_view name,
                         bool is_eh_frame,
                         Conversion& conversion) {
  const pe::Section* section = image.section(name);
  if (section == nullptr) return {};
  DwarfUnwindSource source;
  SIGLA_TRY_ASSIGN(source.section.data, image.data(*section));
  source.section.is_eh_frame = is_eh_frame;
  source.section.address_size = image.header().is_pe32_plus ? 8 : 4;
  source.section.address = image.header().image_base + section->virtual_address;
  source.arch = pe::arch_of(image.header().machine);
  source.image_base = image.header().image_base;
  return add_dwarf_unwind(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

}  // namespace

void add_pe_unwind(const pe::Image& image, Conversion& conversion) {
  const auto report = [&](const Status& status) {
    if (status.has_value()) return;
    conversion.diagnostics.report("unwind information", status.error().message());
  };
  report(add_exception_directory(image, conversion));
  report(add_dwarf_section(image, ".eh_frame", true, conversion));
  report(add_dwarf_section(image, ".debug_frame", false, conversion));
}

}  // namespace sigla
