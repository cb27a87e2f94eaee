// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/address_lookup.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "symbolicate/open_modules.h"
#include "symbolicate/readable_names.h"
#include "symcache/symcache.h"

namespace sigla {
namespace {

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
  result.frames.resize(addresses.size());
  result.relative.resize(addresses.size());
  OpenModules opened(finder, modules);
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
    SIGLA_TRY_ASSIGN(const Symcache* const opened_symcache, opened.symcache(address.module));
    if (opened_symcache == nullptr) continue;
    const Symcache& symcache = *opened_symcache;
    const auto relative = to_relative(symcache, address);
    result.relative[i] = relative;
    if (!relative) continue;
    const bool steps_back = address.is_return_address && *relative != 0;
    symcache.lookup(*relative - (steps_back ? 1 : 0), found);
    for (const SymcacheFrame& frame : found) {
      result.frames[i].push_back(opened.to_frame(address.module, frame));
      names.add(result.frames[i].back().symbol);
    }
  }
  names.demangle(workers);
  for (std::vector<AddressFrame>& frames : result.frames) {
    for (AddressFrame& frame : frames) frame.function = names.of(frame.symbol);
  }
  result.modules = std::move(opened).take();
  return result;
}

}  // namespace sigla
