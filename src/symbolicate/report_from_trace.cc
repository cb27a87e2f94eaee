// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_from_trace.h"

#include <utility>
#include <vector>

#include "symbolicate/trace_resolver.h"

namespace sigla {
namespace {

using trace::Addressing;

class ReportMaker {
 public:
  ReportMaker(const TraceParts& parts, const ResolvedTrace& resolved)
      : parts_(parts), resolved_(resolved) {}

  Report run() {
    report_.os = parts_.trace.os;
    report_.os_version = parts_.trace.os_version;
    report_.arch = parts_.trace.arch;
    if (report_.arch != Arch::kUnknown) report_.cpu = to_string(report_.arch);
    report_.time = parts_.trace.time;
    report_.process_id = parts_.trace.process_id;
    report_.assertion = parts_.trace.assertion;
    for (const trace::Note& note : parts_.trace.notes) {
      report_.annotations.push_back({note.key, note.value});
    }
    report_.has_modules = !parts_.modules.empty();
    report_.has_crashed = !parts_.trace.reason.empty();
    report_.crash_reason = parts_.trace.reason;
    report_.crash_address = parts_.trace.crash_address;
    add_modules();
    for (const trace::Thread& thread : parts_.trace.threads) {
      ReportThread& made = report_.threads.emplace_back();
      made.id = thread.id;
      made.name = thread.name;
      const auto index = static_cast<std::uint32_t>(report_.threads.size() - 1);
      if (thread.has_crashed && !report_.requesting_thread) report_.requesting_thread = index;
    }
    if (report_.has_crashed && !report_.requesting_thread && !report_.threads.empty()) {
      report_.requesting_thread = 0;
    }
    for (std::size_t i = 0; i < parts_.trace.frames.size(); ++i) add_frame(i);
    return std::move(report_);
  }

 private:
  void add_modules() {
    std::vector<bool> has_frames(parts_.modules.size());
    for (const auto& owner : parts_.owners) {
      if (owner) has_frames[*owner] = true;
    }
    numbers_.resize(parts_.modules.size());
    for (std::size_t i = 0; i < parts_.modules.size(); ++i) {
      const trace::Module& module = parts_.modules[i];
      if (!has_frames[i] && module.base_of == trace::BaseOf::kNothing) continue;
      numbers_[i] = static_cast<std::uint32_t>(report_.modules.size());
      report_.modules.push_back(to_module(i));
    }
  }

  ReportModule to_module(std::size_t index) const {
    const trace::Module& module = parts_.modules[index];
    const ModuleQuery& query = parts_.queries[index];
    const LookedUpModule& found = resolved_.found.modules[index];
    ReportModule made;
    const bool has_base =
        module.base_of == trace::BaseOf::kImage || module.base_of == trace::BaseOf::kZero;
    made.base = has_base ? module.base : 0;
    made.size = module.size;
    made.code_file = module.name;
    made.debug_file = query.debug_file;
    made.debug_identifier = query.debug_identifier;
    made.debug_id = query.debug_id;
    made.code_id = query.code_id;
    made.version = module.version;
    made.status = found.status;
    made.symbol_source = found.symbol_source;
    made.unwind_source = found.unwind_source;
    made.has_breakpad_names = found.has_breakpad_names;
    made.symbol_identity = found.identity;
    made.candidates = found.candidates;
    made.explain = found.explain;
    made.advice = found.advice;
    if (found.status != ModuleStatus::kFound && query.is_by_name) {
      made.advice.push_back(
          "the trace has no id of it, so only a file of its name would do: name the folder that "
          "has the very build with --symbols, or print build ids with the trace");
    }
    return made;
  }

  void add_frame(std::size_t index) {
    const trace::Frame& frame = parts_.trace.frames[index];
    ReportThread& thread = report_.threads[frame.thread];
    ReportFrame made;
    made.trust = thread.frames.empty() ? Trust::kContext : Trust::kPrewalked;
    std::uint64_t base = 0;
    if (const auto& owner = parts_.owners[index]) {
      made.module = numbers_[*owner];
      if (made.module) base = report_.modules[*made.module].base;
    }
    const std::size_t at = resolved_.lookups[index];
    made.return_address = at == SIZE_MAX ? frame.address : base + resolved_.addresses[index];
    if (frame.absolute != 0) made.return_address = frame.absolute;
    made.instruction = made.return_address;
    if (frame.is_return_address && made.instruction != 0) --made.instruction;
    made.function = made.symbol = frame.function;
    made.file = frame.file;
    made.line = frame.source_line;
    if (frame.addressing == Addressing::kInFunction) {
      made.function_base = made.return_address - frame.address;
    } else {
      made.function_base = made.return_address;
    }
    if (at != SIZE_MAX) {
      for (const AddressFrame& found : resolved_.found.frames[at]) {
        name(made, found, base);
        if (!found.is_inlined) break;
        ReportFrame inlined = made;
        inlined.trust = Trust::kInline;
        thread.frames.push_back(std::move(inlined));
      }
    }
    if (made.trust == Trust::kContext) {
      for (const trace::Register& reg : parts_.trace.threads[frame.thread].registers) {
        made.registers.push_back({reg.name, reg.value});
      }
    }
    thread.frames.push_back(std::move(made));
  }

  static void name(ReportFrame& frame, const AddressFrame& found, std::uint64_t base) {
    frame.symbol = found.symbol;
    frame.function = found.function;
    frame.file = found.file;
    frame.line = found.line;
    frame.column = found.column;
    frame.source_url = found.source_url;
    frame.function_base = base + found.function_address;
    frame.line_base = found.file.empty() ? 0 : base + found.line_address;
  }

  const TraceParts& parts_;
  const ResolvedTrace& resolved_;
  std::vector<std::optional<std::uint32_t>> numbers_;  // of each module, in the report
  Report report_;
};

}  // namespace

Report report_from_trace(const TraceParts& parts, const ResolvedTrace& resolved) {
  return ReportMaker(parts, resolved).run();
}

}  // namespace sigla
