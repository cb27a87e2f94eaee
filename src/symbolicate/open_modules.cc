// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/open_modules.h"

#include <utility>

#include "base/parallel.h"

namespace sigla {
namespace {

constexpr unsigned kParallelMax = 4;

}  // namespace

LookedUpModule to_looked_up(SymbolAnswer& answer) {
  LookedUpModule module;
  module.status = answer.symcache       ? ModuleStatus::kFound
                  : answer.has_unusable ? ModuleStatus::kCorrupt
                                        : ModuleStatus::kMissing;
  module.symbol_source = std::move(answer.source);
  module.has_breakpad_names = answer.identity.format == Format::kBreakpad;
  module.unwind_source = std::move(answer.unwind_source);
  module.identity = std::move(answer.identity);
  module.candidates = std::move(answer.candidates);
  module.explain = std::move(answer.explain);
  module.advice = std::move(answer.advice);
  return module;
}

Status OpenModules::prepare(std::span<const std::size_t> modules) {
  std::vector<SymbolAnswer> answers(modules.size());
  parallel_for(kParallelMax, modules.size(), [&](unsigned, std::size_t i) {
    answers[i] = finder_.find(modules_[modules[i]], SymbolUse::kNames);
  });
  for (std::size_t i = 0; i < modules.size(); ++i) SIGLA_TRY(open(modules[i], answers[i]));
  return {};
}

Status OpenModules::open(std::size_t module, SymbolAnswer& answer) {
  Opened opened;
  if (answer.symcache) {
    SIGLA_TRY_ASSIGN(opened.file, MappedFile::map(*answer.symcache));
    SIGLA_TRY_ASSIGN(opened.symcache, Symcache::open(opened.file.bytes()));
    opened.urls = SourceUrls(opened.symcache->source_link());
  }
  told_[module] = to_looked_up(answer);
  if (opened.symcache) told_[module].code_file_name = opened.symcache->code_file_name();
  opened_.insert_or_assign(module, std::move(opened));
  return {};
}

Result<const Symcache*> OpenModules::symcache(std::size_t module) {
  auto found = opened_.find(module);
  if (found == opened_.end()) {
    SymbolAnswer answer = finder_.find(modules_[module], SymbolUse::kNames);
    SIGLA_TRY(open(module, answer));
    found = opened_.find(module);
  }
  return found->second.symcache ? &*found->second.symcache : nullptr;
}

AddressFrame OpenModules::to_frame(std::size_t module, const SymcacheFrame& found) const {
  AddressFrame frame;
  frame.symbol = found.function;
  frame.function = found.function;
  frame.file = found.file;
  frame.line = found.line;
  frame.column = found.column;
  frame.source_url = opened_.at(module).urls.url_of(found.file, found.line);
  frame.function_address = found.function_address;
  frame.line_address = found.line_address;
  frame.is_inlined = found.is_inlined;
  return frame;
}

}  // namespace sigla
