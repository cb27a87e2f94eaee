// SPDX-License-Identifier: Apache-2.0
#include "convert/wasm_to_symcache.h"

#include <utility>
#include <vector>

#include "convert/dwarf_sections.h"
#include "convert/dwarf_to_symcache.h"
#include "formats/wasm/functions.h"
#include "formats/wasm/identity.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

// The linker leaves functions that it removed at 0, which is no function's body.
Status add_dwarf_of(const wasm::Module& module,
                    const std::vector<wasm::Function>& functions,
                    Conversion& conversion) {
  const wasm::Section* code = module.section(wasm::kCodeSection);
  if (code == nullptr || functions.empty()) return {};
  DwarfSource source;
  source.main = dwarf_sections_of(module);
  if (source.main.info.empty()) return {};
  source.address_shift = code->offset;
  source.code = {{functions.front().address - code->offset, code->data.size()}};
  source.thread_count = conversion.thread_count;
  return add_dwarf(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

}  // namespace

Status wasm_to_symcache(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto module, wasm::Module::open(file, conversion.limits));
  SIGLA_TRY_ASSIGN(Identity identity,
                   wasm::identify_wasm(file, conversion.file_name, conversion.limits));
  conversion.writer.set_identity(std::move(identity));
  SIGLA_TRY_ASSIGN(const auto functions, wasm::functions_of(module, conversion.limits));
  SIGLA_TRY(add_dwarf_of(module, functions, conversion));
  SymcacheRun run(kSymbolTableOrder, conversion.limits);
  for (const wasm::Function& function : functions) {
    if (function.name.empty()) continue;
    run.add_symbol(function.address, function.size, function.name);
  }
  conversion.writer.take(std::move(run));
  return {};
}

}  // namespace sigla
