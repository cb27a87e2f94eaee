// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/address_lookup.h"

#include <map>
#include <optional>
#include <utility>

#include "symbolicate/readable_names.h"
#include "symcache/symcache.h"

namespace sigla {
namespace {

struct OpenModule {
  MappedFile file;
  std::optional<Symcache> symcache;
};

LookedUpModule to_looked_up(SymbolAnswer& answer) {
  LookedUpModule module;
  module.status = answer.symcache       ? ModuleStatus::kFound
                  : answer.has_unusable ? ModuleStatus::kCorrupt
                                        : ModuleStatus::kMissing;
  module.symbol_source = std::move(answer.source);
  module.explain = std::move(answer.explain);
  for (std::string& line : answer.advice) module.explain.push_back(std::move(line));
  return module;
}

Result<OpenModule> open_module(const SymbolAnswer& answer) {
  OpenModule module;
  if (!answer.symcache) return module;
  SIGLA_TRY_ASSIGN(module.file, MappedFile::map(*answer.symcache));
  SIGLA_TRY_ASSIGN(module.symcache, Symcache::open(module.file.bytes()));
  return module;
}

AddressFrame to_frame(const SymcacheFrame& found) {
  AddressFrame frame;
  frame.symbol = found.function;
  frame.function = found.function;
  frame.file = found.file;
  frame.line = found.line;
  frame.column = found.column;
  frame.function_address = found.function_address;
  frame.is_inlined = found.is_inlined;
  return frame;
}

}  // namespace

Result<AddressLookup> look_up(const SymbolFinder& finder,
                              WorkerPool& workers,
                              std::span<const ModuleQuery> modules,
                              std::span<const ModuleAddress> addresses) {
  AddressLookup result;
  result.modules.resize(modules.size());
  result.frames.resize(addresses.size());
  std::map<std::uint32_t, OpenModule> opened;
  ReadableNames names;
  std::vector<SymcacheFrame> found;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const ModuleAddress& address = addresses[i];
    if (address.module >= modules.size()) {
      return make_error(ErrorCode::kInvalidArgument,
                        "address {} is of module {}, and there are {}",
                        i,
                        address.module,
                        modules.size());
    }
    auto module = opened.find(address.module);
    if (module == opened.end()) {
      SymbolAnswer answer = finder.find(modules[address.module], SymbolUse::kNames);
      SIGLA_TRY_ASSIGN(OpenModule open, open_module(answer));
      LookedUpModule& looked_up = result.modules[address.module];
      looked_up = to_looked_up(answer);
      if (open.symcache) looked_up.code_file_name = open.symcache->code_file_name();
      module = opened.emplace(address.module, std::move(open)).first;
    }
    if (!module->second.symcache) continue;
    module->second.symcache->lookup(address.address, found);
    for (const SymcacheFrame& frame : found) {
      result.frames[i].push_back(to_frame(frame));
      names.add(result.frames[i].back().symbol);
    }
  }
  names.demangle(workers);
  for (std::vector<AddressFrame>& frames : result.frames) {
    for (AddressFrame& frame : frames) frame.function = names.of(frame.symbol);
  }
  return result;
}

}  // namespace sigla
