// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/address_lookup.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/checked.h"
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
  module.advice = std::move(answer.advice);
  module.unwind_source = std::move(answer.unwind_source);
  module.has_breakpad_names = answer.identity.format == Format::kBreakpad;
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
  frame.is_inlined = found.is_inlined;
  frame.function_address = found.function_address;
  frame.line_address = found.line_address;
  return frame;
}

// The function of the name; of several, the one whose size is given, and none where that leaves a
// doubt. Symbol tables give a function's own size, a kernel's table that up to the next symbol.
std::optional<std::uint64_t> find_function(const Symcache& symcache, const ModuleAddress& wanted) {
  constexpr std::size_t kTried = 4'096;
  std::optional<std::uint64_t> found;
  bool is_certain = false;
  std::size_t count = 0;
  for (const std::uint32_t index : symcache.find_functions(wanted.function)) {
    if (++count > kTried) break;
    const SymcacheFunction function = symcache.function(index);
    const bool fits = wanted.function_size != 0 && function.size == wanted.function_size;
    if (is_certain && !fits) continue;
    const bool is_other = found && *found != function.address;
    if (is_other && fits == is_certain) return std::nullopt;
    found = function.address;
    is_certain = fits;
  }
  return found;
}

std::optional<std::uint64_t> to_relative(const Symcache& symcache, const ModuleAddress& address) {
  switch (address.from) {
    case CountedFrom::kFile:
      return address.address - std::min(symcache.load_address(), address.address);
    case CountedFrom::kText:
      if (symcache.text_address() == 0) return std::nullopt;
      return checked_add(symcache.text_address(), address.address);
    case CountedFrom::kFunction: {
      const auto function = find_function(symcache, address);
      return function ? checked_add(*function, address.address) : std::nullopt;
    }
    case CountedFrom::kBase:
      break;
  }
  return address.address;
}

}  // namespace

Result<AddressLookup> look_up(const SymbolFinder& finder,
                              WorkerPool& workers,
                              std::span<const ModuleQuery> modules,
                              std::span<const ModuleAddress> addresses) {
  AddressLookup result;
  result.modules.resize(modules.size());
  result.frames.resize(addresses.size());
  result.relative.resize(addresses.size());
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
    const Symcache& symcache = *module->second.symcache;
    const auto relative = to_relative(symcache, address);
    result.relative[i] = relative;
    if (!relative) continue;
    const bool steps_back = address.is_return_address && *relative != 0;
    symcache.lookup(*relative - (steps_back ? 1 : 0), found);
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
