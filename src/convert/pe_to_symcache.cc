// SPDX-License-Identifier: Apache-2.0
#include "convert/pe_to_symcache.h"

#include <algorithm>
#include <utility>

#include "convert/dwarf_sections.h"
#include "convert/dwarf_to_symcache.h"
#include "convert/ready_to_run.h"
#include "convert/unwind_to_symcache.h"
#include "formats/pe/debug_directory.h"
#include "formats/pe/functions.h"
#include "formats/pe/identity.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

Status add_dwarf_of(const pe::Image& image, Conversion& conversion) {
  DwarfSource source;
  source.main = dwarf_sections_of(image, conversion.diagnostics);
  if (source.main.info.empty()) return {};
  source.image_base = image.header().image_base;
  source.thread_count = conversion.thread_count;
  for (const pe::Section& section : image.sections()) {
    if ((section.characteristics & pe::IMAGE_SCN_MEM_EXECUTE) == 0) continue;
    const std::uint64_t start = source.image_base + section.virtual_address;
    source.code.push_back(code_range(start, std::max(section.virtual_size, section.raw_size)));
  }
  std::ranges::sort(source.code, {}, &CodeRange::low);
  return add_dwarf(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

}  // namespace

Status pe_to_symcache(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto image, pe::Image::open(file, conversion.limits));
  conversion.writer.set_identity(
      pe::identify_image(image, pe::read_debug_directory(image), conversion.file_name));
  conversion.writer.set_placement(image.header().image_base, 0);
  SIGLA_TRY(add_dwarf_of(image, conversion));
  SIGLA_TRY(add_ready_to_run(file, conversion));
  SymcacheRun run(kSymbolTableOrder, conversion.limits);
  for (const pe::Function& function : pe::functions_of(image, conversion.limits)) {
    run.add_symbol(function.address, function.size, function.name);
  }
  conversion.writer.take(std::move(run));
  add_pe_unwind(image, conversion);
  return {};
}

}  // namespace sigla
