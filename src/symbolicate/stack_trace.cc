// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/stack_trace.h"

#include <algorithm>
#include <set>
#include <utility>

#include "symbolicate/managed_frames.h"
#include "symbolicate/open_modules.h"
#include "symbolicate/readable_names.h"
#include "symcache/symcache.h"

namespace sigla {
namespace {

constexpr std::uint64_t kFirstPageEnd = 4096;

std::uint64_t instruction_alignment(Arch arch) {
  switch (arch) {
    case Arch::kArm:
      return 2;
    case Arch::kArm64:
    case Arch::kArm64e:
    case Arch::kArm64_32:
    case Arch::kPpc64:
    case Arch::kMips:
    case Arch::kMips64:
      return 4;
    default:
      return 1;
  }
}

// A call returns behind the delay slot on MIPS.
std::uint64_t call_size(Arch arch) {
  const bool is_mips = arch == Arch::kMips || arch == Arch::kMips64;
  return instruction_alignment(arch) * (is_mips ? 2 : 1);
}

const char* instruction_pointer(Arch arch) {
  switch (arch) {
    case Arch::kX86:
      return "eip";
    case Arch::kX86_64:
      return "rip";
    case Arch::kArm:
    case Arch::kArm64:
    case Arch::kArm64e:
    case Arch::kArm64_32:
      return "pc";
    default:
      return nullptr;
  }
}

// SIGILL, SIGSEGV, SIGBUS (of Linux, of BSD and macOS).
bool is_crash_signal(std::uint32_t signal) {
  return signal == 4 || signal == 11 || signal == 7 || signal == 10;
}

class Tracer {
 public:
  Tracer(const SymbolFinder& finder, const TraceRequest& request)
      : finder_(finder),
        request_(request),
        queries_(queries_of(request)),
        opened_(finder, queries_) {
    for (std::uint32_t i = 0; i < request.modules.size(); ++i) {
      if (request.modules[i].base != 0) by_base_.push_back(i);
    }
    std::ranges::stable_sort(
        by_base_, {}, [&](std::uint32_t i) { return request.modules[i].base; });
  }

  Result<NamedTraces> run(WorkerPool& workers) {
    NamedTraces named;
    SIGLA_TRY(opened_.prepare(modules_in_use()));
    for (const Trace& trace : request_.traces) {
      SIGLA_TRY_ASSIGN(named.traces.emplace_back(), name(trace));
    }
    names_.demangle(workers);
    for (auto& trace : named.traces) {
      for (NamedFrame& frame : trace) frame.call.function = names_.of(frame.call.symbol);
    }
    named.modules = std::move(opened_).take();
    SIGLA_TRY(name_managed_frames(finder_, workers, request_, named));
    return named;
  }

 private:
  static std::vector<ModuleQuery> queries_of(const TraceRequest& request) {
    std::vector<ModuleQuery> queries;
    queries.reserve(request.modules.size());
    for (const TraceModule& module : request.modules) queries.push_back(module.query);
    return queries;
  }

  std::optional<std::uint32_t> module_at(std::uint64_t address) const {
    const auto next = std::ranges::upper_bound(
        by_base_, address, {}, [&](std::uint32_t i) { return request_.modules[i].base; });
    if (next == by_base_.begin()) return std::nullopt;
    const TraceModule& module = request_.modules[*std::prev(next)];
    if (module.size != 0 && address - module.base >= module.size) return std::nullopt;
    return *std::prev(next);
  }

  std::vector<std::size_t> modules_in_use() const {
    std::set<std::size_t> used;
    for (const Trace& trace : request_.traces) {
      for (const TraceFrame& frame : trace.frames) {
        const auto module = frame.module ? frame.module : module_at(frame.address);
        if (module && *module < request_.modules.size() && !is_managed(request_, frame)) {
          used.insert(*module);
        }
      }
    }
    return {used.begin(), used.end()};
  }

  Result<std::vector<NamedFrame>> name(const Trace& trace) {
    const bool some_say = std::ranges::any_of(
        trace.frames, [](const TraceFrame& frame) { return frame.is_return_address.has_value(); });
    std::vector<NamedFrame> named;
    for (std::size_t i = 0; i < trace.frames.size(); ++i) {
      TraceFrame frame = trace.frames[i];
      if (some_say && !frame.is_return_address) frame.is_return_address = true;
      SIGLA_TRY(add(trace, frame, i, named));
    }
    drop_end(trace, named);
    return named;
  }

  Status add(const Trace& trace,
             const TraceFrame& frame,
             std::size_t index,
             std::vector<NamedFrame>& named) {
    NamedFrame unnamed;
    unnamed.original = index;
    unnamed.address = frame.address;
    unnamed.is_offset = frame.module.has_value();
    unnamed.module = frame.module ? frame.module : module_at(frame.address);
    if (!unnamed.module || *unnamed.module >= request_.modules.size()) {
      unnamed.module.reset();
      named.push_back(unnamed);
      return {};
    }
    if (is_managed(request_, frame)) {
      unnamed.status = NamedFrame::Status::kMissing;
      named.push_back(unnamed);
      return {};
    }
    SIGLA_TRY_ASSIGN(const Symcache* const symcache, opened_.symcache(*unnamed.module));
    if (symcache == nullptr) {
      const bool is_corrupt = opened_.told(*unnamed.module).status == ModuleStatus::kCorrupt;
      unnamed.status = is_corrupt ? NamedFrame::Status::kMalformed : NamedFrame::Status::kMissing;
      named.push_back(unnamed);
      return {};
    }
    unnamed.status = NamedFrame::Status::kNoSymbol;
    const std::uint64_t base = request_.modules[*unnamed.module].base;
    const std::uint64_t offset = looked_up(trace, frame, index, base, symcache->identity().arch);
    symcache->lookup(offset, found_);
    if (found_.empty()) {
      named.push_back(unnamed);
      return {};
    }
    for (const SymcacheFrame& found : found_) {
      NamedFrame& one = named.emplace_back(unnamed);
      one.status = NamedFrame::Status::kNamed;
      one.call = opened_.to_frame(*unnamed.module, found);
      one.is_outermost = &found == &found_.back();
      one.is_offset = base == 0;
      one.address = base + offset;
      names_.add(one.call.symbol);
    }
    return {};
  }

  // The offset in the module of the instruction that was executing.
  std::uint64_t looked_up(const Trace& trace,
                          const TraceFrame& frame,
                          std::size_t index,
                          std::uint64_t base,
                          Arch arch) const {
    // Offsets in modules whose place is not known are those of the instruction itself.
    if (base == 0) return frame.address;
    const std::uint64_t absolute = frame.module ? base + frame.address : frame.address;
    const std::uint64_t aligned = absolute - absolute % instruction_alignment(arch);
    const bool is_return =
        frame.is_return_address.value_or(is_return_address(trace, absolute, index, arch));
    return (is_return ? aligned - call_size(arch) : aligned) - base;
  }

  bool is_return_address(const Trace& trace,
                         std::uint64_t address,
                         std::size_t index,
                         Arch arch) const {
    if (index != 0) return true;
    const char* const name = instruction_pointer(arch);
    const auto pointer = name == nullptr ? trace.registers.end() : trace.registers.find(name);
    return pointer != trace.registers.end() && pointer->second != address && request_.signal &&
           is_crash_signal(*request_.signal);
  }

  // A last address in no module: behind a function that nobody called, or as good as null.
  static void drop_end(const Trace& trace, std::vector<NamedFrame>& named) {
    if (named.size() < 2 || named.back().status != NamedFrame::Status::kNoModule) return;
    const std::string& before = named[named.size() - 2].call.symbol;
    const bool is_start = before == "_start" || before == "__clone" || before == "__clone3";
    const TraceFrame& frame = trace.frames[named.back().original];
    if (is_start || (!frame.module && frame.address < kFirstPageEnd)) named.pop_back();
  }

  const SymbolFinder& finder_;
  const TraceRequest& request_;
  const std::vector<ModuleQuery> queries_;
  OpenModules opened_;
  ReadableNames names_;
  std::vector<std::uint32_t> by_base_;  // indexes of modules
  std::vector<SymcacheFrame> found_;
};

}  // namespace

Result<NamedTraces> name_traces(const SymbolFinder& finder,
                                WorkerPool& workers,
                                const TraceRequest& request) {
  return Tracer(finder, request).run(workers);
}

}  // namespace sigla
