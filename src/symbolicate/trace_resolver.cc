// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/trace_resolver.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"
#include "symbolicate/report_from_trace.h"

namespace sigla {
namespace {

using trace::Addressing;
using trace::BaseOf;

// Functions that a signal's handler returns to: what they interrupted lies at the address itself.
constexpr std::array<std::string_view, 5> kTrampolines = {
    "__restore_rt", "__restore", "__kernel_rt_sigreturn", "_sigtramp", "__default_sa_restorer"};

// Which module an absolute address lies in.
class ModuleMap {
 public:
  explicit ModuleMap(const std::vector<trace::Module>& modules) : modules_(modules) {
    for (std::uint32_t i = 0; i < modules.size(); ++i) {
      if (modules[i].base_of != BaseOf::kNothing) by_base_.emplace(modules[i].base, i);
    }
  }

  std::optional<std::uint32_t> find(std::uint64_t address) const {
    auto at = by_base_.upper_bound(address);
    if (at == by_base_.begin()) return std::nullopt;
    --at;
    const trace::Module& module = modules_[at->second];
    // Of a module without a size no more is known than where it begins.
    if (address - module.base >= (module.size == 0 ? kSizeMax : module.size)) return std::nullopt;
    return at->second;
  }

 private:
  static constexpr std::uint64_t kSizeMax = 1ULL << 30;
  const std::vector<trace::Module>& modules_;
  std::map<std::uint64_t, std::uint32_t> by_base_;
};

ModuleQuery query_of(const trace::Module& module, const std::string& os) {
  ModuleQuery query;
  query.code_file = module.name;
  query.debug_file = module.debug_file;
  query.code_id = CodeId(module.build_id);
  query.os = os;
  query.arch = module.arch;
  if (const auto id = DebugId::parse(module.debug_id); id.has_value()) query.debug_id = *id;
  // Breakpad's files of ELF modules are kept by the first bytes of the build id.
  const auto build_id = parse_hex_bytes(module.build_id);
  const bool is_elf = module_type(query) == ModuleType::kElf;
  if (!query.debug_id && build_id && build_id->size() >= 16 && is_elf) {
    query.debug_id = DebugId::from_build_id(*build_id);
    if (query.debug_file.empty()) query.debug_file = base_name(module.name);
  }
  if (query.debug_id) query.debug_identifier = query.debug_id->breakpad();
  query.is_by_name = !query.debug_id && query.code_id.empty();
  return query;
}

// Mappings name modules by their path, frames often by their name only: the same module, where
// there is one of that name.
std::vector<std::uint32_t> merge_modules(const std::vector<trace::Module>& modules) {
  std::map<std::string, std::vector<std::uint32_t>> mapped;
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    if (modules[i].base_of != BaseOf::kNothing) {
      mapped[lower(base_name(modules[i].name))].push_back(i);
    }
  }
  std::vector<std::uint32_t> merged(modules.size());
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    merged[i] = i;
    if (modules[i].base_of != BaseOf::kNothing) continue;
    const auto found = mapped.find(lower(base_name(modules[i].name)));
    if (found != mapped.end() && found->second.size() == 1) merged[i] = found->second.front();
  }
  return merged;
}

CountedFrom counted_from(BaseOf base) {
  if (base == BaseOf::kText) return CountedFrom::kText;
  return base == BaseOf::kZero ? CountedFrom::kFile : CountedFrom::kBase;
}

class Resolver {
 public:
  Resolver(const trace::Trace& trace, const SymbolFinder* finder, WorkerPool& workers)
      : trace_(trace), finder_(finder), workers_(workers), modules_(trace.modules) {}

  Result<ResolvedTrace> run() {
    const std::vector<std::uint32_t> merged = merge_modules(modules_);
    for (std::size_t i = 0; i < modules_.size(); ++i) {
      trace::Module& into = modules_[merged[i]];
      if (into.build_id.empty()) into.build_id = modules_[i].build_id;
      if (into.debug_id.empty()) into.debug_id = modules_[i].debug_id;
    }
    find_bases(merged);
    const ModuleMap map(modules_);
    for (const trace::Frame& frame : trace_.frames) {
      std::optional<std::uint32_t> module = frame.module;
      if (module) module = merged[*module];
      const bool is_absolute = frame.addressing == Addressing::kAbsolute;
      if (!module && is_absolute) module = map.find(frame.address);
      owners_.push_back(module);
      add(frame, module);
    }
    for (const trace::Module& module : modules_) queries_.push_back(query_of(module, trace_.os));
    if (finder_ != nullptr) {
      SIGLA_TRY_ASSIGN(resolved_.found, look_up(*finder_, workers_, queries_, wanted_));
      SIGLA_TRY(look_again_behind_signals());
    } else {
      resolved_.found.modules.resize(modules_.size());
      resolved_.found.frames.resize(wanted_.size());
      resolved_.found.relative.resize(wanted_.size());
    }
    finish_addresses();
    resolved_.report = report_from_trace({trace_, modules_, queries_, owners_}, resolved_);
    return std::move(resolved_);
  }

 private:
  // A frame with an address in the process and one in the module tells where the module lies.
  void find_bases(const std::vector<std::uint32_t>& merged) {
    for (const trace::Frame& frame : trace_.frames) {
      const bool is_in_module =
          frame.addressing == Addressing::kLinked || frame.addressing == Addressing::kRelative;
      if (!frame.module || !is_in_module || frame.absolute <= frame.address) continue;
      trace::Module& module = modules_[merged[*frame.module]];
      if (module.base_of != BaseOf::kNothing) continue;
      const bool is_linked = frame.addressing == Addressing::kLinked;
      module.base_of = is_linked ? BaseOf::kZero : BaseOf::kImage;
      module.base = frame.absolute - frame.address;
    }
  }

  void add(const trace::Frame& frame, std::optional<std::uint32_t> module) {
    ModuleAddress wanted;
    const bool has_base = module && modules_[*module].base_of != BaseOf::kNothing;
    std::uint64_t absolute = frame.absolute;
    if (frame.addressing == Addressing::kAbsolute) absolute = frame.address;
    // An address in the process says more than an offset in a function, whose name may be shared.
    const bool is_mapped = has_base && absolute >= modules_[*module].base && absolute != 0;
    const bool is_known = module && frame.addressing != Addressing::kNone &&
                          (frame.addressing != Addressing::kAbsolute || is_mapped);
    resolved_.lookups.push_back(is_known ? wanted_.size() : SIZE_MAX);
    if (!is_known) return;
    wanted.module = *module;
    wanted.is_return_address = frame.is_return_address;
    wanted.address = frame.address;
    if (frame.addressing == Addressing::kLinked) {
      wanted.from = CountedFrom::kFile;
    } else if (is_mapped && frame.addressing != Addressing::kRelative) {
      wanted.from = counted_from(modules_[*module].base_of);
      wanted.address = absolute - modules_[*module].base;
    } else if (frame.addressing == Addressing::kInFunction) {
      wanted.from = CountedFrom::kFunction;
      wanted.function = frame.function;
      wanted.function_size = frame.function_size;
    }
    wanted_.push_back(std::move(wanted));
  }

  Status look_again_behind_signals() {
    std::vector<std::size_t> again;
    for (std::size_t i = 1; i < trace_.frames.size(); ++i) {
      const std::size_t before = resolved_.lookups[i - 1];
      const std::size_t at = resolved_.lookups[i];
      const bool is_next = trace_.frames[i].thread == trace_.frames[i - 1].thread;
      if (!is_next || at == SIZE_MAX || before == SIZE_MAX) continue;
      const auto& frames = resolved_.found.frames[before];
      if (frames.empty() ||
          std::ranges::find(kTrampolines, frames.back().symbol) == kTrampolines.end()) {
        continue;
      }
      wanted_[at].is_return_address = false;
      again.push_back(at);
    }
    if (again.empty()) return {};
    std::vector<ModuleAddress> wanted;
    for (const std::size_t at : again) wanted.push_back(wanted_[at]);
    SIGLA_TRY_ASSIGN(AddressLookup found, look_up(*finder_, workers_, queries_, wanted));
    for (std::size_t i = 0; i < again.size(); ++i) {
      resolved_.found.frames[again[i]] = std::move(found.frames[i]);
    }
    return {};
  }

  void finish_addresses() {
    for (std::size_t i = 0; i < trace_.frames.size(); ++i) {
      const std::size_t at = resolved_.lookups[i];
      std::uint64_t address = trace_.frames[i].address;
      if (at != SIZE_MAX) address = resolved_.found.relative[at].value_or(wanted_[at].address);
      resolved_.addresses.push_back(address);
    }
  }

  const trace::Trace& trace_;
  const SymbolFinder* finder_;
  WorkerPool& workers_;
  std::vector<trace::Module> modules_;
  std::vector<ModuleQuery> queries_;
  std::vector<std::optional<std::uint32_t>> owners_;  // of each frame
  std::vector<ModuleAddress> wanted_;
  ResolvedTrace resolved_;
};

}  // namespace

Result<ResolvedTrace> resolve_trace(const trace::Trace& trace,
                                    const SymbolFinder* finder,
                                    WorkerPool& workers) {
  return Resolver(trace, finder, workers).run();
}

}  // namespace sigla
