// SPDX-License-Identifier: Apache-2.0
#include "convert/dwarf_sections.h"

#include <string>

namespace sigla {
namespace {

void take(Result<Bytes> data,
          const DwarfSectionName& known,
          dwarf::Sections& sections,
          Diagnostics& diagnostics) {
  if (data.has_value()) {
    sections.*known.member = *data;
  } else {
    diagnostics.report("debug section", data.error().message());
  }
}

}  // namespace

// Names have 16 characters at most: "__debug_str_offs".
dwarf::Sections dwarf_sections_of(const macho::Image& image, Diagnostics& diagnostics) {
  constexpr std::size_t kNameSizeMax = 16;
  dwarf::Sections sections;
  sections.order = image.header().order;
  for (const DwarfSectionName& known : kDwarfSections) {
    const std::string name = ("__" + std::string(known.name)).substr(0, kNameSizeMax);
    const macho::Section* section = image.section("__DWARF", name);
    if (section != nullptr) take(image.data(*section), known, sections, diagnostics);
  }
  return sections;
}

dwarf::Sections dwarf_sections_of(const pe::Image& image, Diagnostics& diagnostics) {
  dwarf::Sections sections;
  for (const DwarfSectionName& known : kDwarfSections) {
    const pe::Section* section = image.section("." + std::string(known.name));
    if (section != nullptr) take(image.data(*section), known, sections, diagnostics);
  }
  return sections;
}

dwarf::Sections dwarf_sections_of(const wasm::Module& module) {
  dwarf::Sections sections;
  for (const DwarfSectionName& known : kDwarfSections) {
    const wasm::Section* section = module.custom_section("." + std::string(known.name));
    if (section != nullptr) sections.*known.member = section->data;
  }
  return sections;
}

}  // namespace sigla
