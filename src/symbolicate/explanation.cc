// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/explanation.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla {
namespace {

// "needs Editor.exe 5F3C0A1B2000: upload it".
std::string needs(std::string_view file, std::string_view id) {
  return fmt::format("needs {} {}: upload it", file, id.empty() ? "(its id is not known)" : id);
}
std::string needs_program(const ReportModule& module) {
  return needs(base_name(module.code_file),
               module.code_id.text().empty() ? module.debug_identifier : module.code_id.text());
}
std::string needs_debug_file(const ReportModule& module) {
  return needs(base_name(module.debug_file.empty() ? module.code_file : module.debug_file),
               module.debug_identifier);
}

bool is_guessed(Trust trust) {
  return trust == Trust::kScan || trust == Trust::kCfiScan || trust == Trust::kFramePointer ||
         trust == Trust::kNone;
}

// The frame that called nothing yet when `index` was looked for: the next one further in.
const ReportFrame* callee_of(const std::vector<ReportFrame>& frames, std::size_t index) {
  while (index > 0) {
    --index;
    if (frames[index].trust != Trust::kInline) return &frames[index];
  }
  return nullptr;
}

}  // namespace

std::string_view how_found(Trust trust) {
  switch (trust) {
    case Trust::kContext:
      return "given as instruction pointer in context";
    case Trust::kPrewalked:
      return "recovered by external stack walker";
    case Trust::kCfi:
      return "call frame info";
    case Trust::kCfiScan:
      return "call frame info with scanning";
    case Trust::kFramePointer:
      return "previous frame's frame pointer";
    case Trust::kScan:
      return "stack scanning";
    case Trust::kInline:
      return "inline record";
    case Trust::kLeaf:
      return "simulating a return from leaf function";
    case Trust::kNone:
      break;
  }
  return "unknown";
}

std::vector<std::string> explain_frame(const Report& report,
                                       const std::vector<ReportFrame>& frames,
                                       std::size_t index) {
  const ReportFrame& frame = frames[index];
  std::vector<std::string> lines;
  std::string found = fmt::format("found by {}", how_found(frame.trust));
  const ReportFrame* callee = callee_of(frames, index);
  if (is_guessed(frame.trust) && callee != nullptr) {
    if (!callee->module) {
      found += ": the frame below lies in no module that is loaded";
    } else {
      const ReportModule& module = report.modules[*callee->module];
      if (module.status != ModuleStatus::kUnused && module.unwind_source.empty()) {
        found += fmt::format(
            ": {} has no unwind rules, {}", base_name(module.code_file), needs_program(module));
      }
    }
  }
  lines.push_back(std::move(found));
  if (!frame.module) {
    lines.emplace_back(frame.unloaded_module ? "its module was unloaded before the crash"
                                             : "it lies in no module");
    return lines;
  }
  const ReportModule& module = report.modules[*frame.module];
  if (!frame.function.empty()) {
    if (!module.symbol_source.empty()) {
      lines.push_back(fmt::format("named by {}", module.symbol_source));
    }
  } else if (module.status == ModuleStatus::kFound) {
    lines.push_back(fmt::format("no function of {} covers it", module.symbol_source));
  } else if (module.status == ModuleStatus::kCorrupt) {
    lines.emplace_back("its symbols were found and cannot be used");
  } else if (module.status == ModuleStatus::kMissing) {
    lines.push_back("not named: " + needs_debug_file(module));
  } else {
    lines.emplace_back("not named: nobody was asked for symbols");
  }
  return lines;
}

std::vector<std::string> explain_module(const ReportModule& module) {
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{} {}: symbols {}{}{}",
                  base_name(module.code_file),
                  module.debug_identifier.empty() ? "without an id" : module.debug_identifier,
                  to_string(module.status),
                  module.symbol_source.empty() ? "" : " in ",
                  module.symbol_source));
  if (!module.unwind_source.empty()) {
    lines.push_back(fmt::format("unwind rules from {}", module.unwind_source));
  } else {
    lines.push_back(fmt::format("no unwind rules: {}", needs_program(module)));
  }
  if (module.status == ModuleStatus::kMissing) lines.push_back(needs_debug_file(module));
  lines.insert(lines.end(), module.explain.begin(), module.explain.end());
  lines.insert(lines.end(), module.advice.begin(), module.advice.end());
  return lines;
}

}  // namespace sigla
