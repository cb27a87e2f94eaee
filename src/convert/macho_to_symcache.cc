// SPDX-License-Identifier: Apache-2.0
#include "convert/macho_to_symcache.h"

#include <algorithm>
#include <utility>

#include "convert/dwarf_sections.h"
#include "convert/dwarf_to_symcache.h"
#include "convert/unwind_to_symcache.h"
#include "formats/macho/functions.h"
#include "formats/macho/identity.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

Status add_dwarf_of(const macho::Image& image, Conversion& conversion) {
  DwarfSource source;
  source.main = dwarf_sections_of(image, conversion.diagnostics);
  if (source.main.info.empty()) return {};
  source.image_base = macho::image_base(image);
  source.is_relocatable = image.header().filetype == macho::MH_OBJECT;
  source.thread_count = conversion.thread_count;
  for (const macho::Section& section : image.sections()) {
    if (!macho::has_instructions(section)) continue;
    source.code.push_back(code_range(section.addr, section.size));
  }
  std::ranges::sort(source.code, {}, &CodeRange::low);
  return add_dwarf(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

Status add_symbols(const macho::Image& image, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto functions, macho::functions_of(image, conversion.limits));
  SymcacheRun run(kSymbolTableOrder, conversion.limits);
  for (const macho::Function& function : functions) {
    run.add_symbol(function.address, function.size, function.name);
  }
  conversion.writer.take(std::move(run));
  return {};
}

}  // namespace

Status macho_to_symcache(Bytes file, Arch arch, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto slice, macho::choose_slice(file, arch, conversion.limits));
  const Bytes bytes =
      file.subspan(static_cast<std::size_t>(slice.offset), static_cast<std::size_t>(slice.size));
  SIGLA_TRY_ASSIGN(const auto image, macho::Image::open(bytes, conversion.limits));
  conversion.writer.set_identity(macho::identify_image(image, conversion.file_name));
  SIGLA_TRY(add_dwarf_of(image, conversion));
  if (const Status status = add_symbols(image, conversion); !status.has_value()) {
    conversion.diagnostics.report("symbol table", status.error().message());
  }
  add_macho_unwind(image, conversion);
  return {};
}

}  // namespace sigla
