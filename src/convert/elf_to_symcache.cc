// SPDX-License-Identifier: Apache-2.0
#include "convert/elf_to_symcache.h"

#include "convert/unwind_to_symcache.h"
#include "formats/elf/functions.h"
#include "formats/elf/identity.h"

namespace sigla {
namespace {

Status add_symbols(const elf::Image& image, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto functions, elf::functions_of(image, conversion.limits));
  for (const elf::Function& function : functions) {
    conversion.writer.add_public(function.address, 0, false, function.name);
  }
  return {};
}

}  // namespace

Status elf_to_symcache(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto image, elf::Image::open(file, conversion.limits));
  conversion.writer.set_identity(
      elf::identify_image(image, conversion.file_name, conversion.limits));
  if (const Status status = add_symbols(image, conversion); !status.has_value()) {
    conversion.diagnostics.report("symbol table", status.error().message());
  }
  add_elf_unwind(image, conversion);
  return {};
}

}  // namespace sigla
