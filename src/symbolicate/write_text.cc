// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "symbolicate/explanation.h"
#include "symbolicate/write_findings.h"

namespace sigla {
namespace {

class Writer {
 public:
  Writer(const Report& report, bool explains) : report_(report), explains_(explains) {}

  std::string write() {
    put_crash();
    const auto requesting = report_.requesting_thread;
    if (requesting) put_thread(*requesting);
    for (std::size_t i = 0; i < report_.threads.size(); ++i) {
      if (requesting != i) put_thread(i);
    }
    if (explains_) {
      put_explanation();
    } else {
      put_missing();
      put_advice();
    }
    for (const std::string& warning : report_.warnings) put("Warning: {}\n", warning);
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void put_crash() {
    if (report_.has_crashed) {
      put("{} at 0x{:x}", report_.crash_reason, report_.crash_address);
    } else {
      put("No crash");
    }
    if (!report_.assertion.empty()) put(": {}", report_.assertion);
    if (report_.requesting_thread) {
      put(", {} thread {}",
          report_.has_crashed ? "in" : "asked for by",
          *report_.requesting_thread);
    }
    for (const std::string& line : describe_findings(report_.findings)) put("\n  {}", line);
    if (!report_.findings.instruction.empty()) {
      put("\n  instruction: {}", report_.findings.instruction);
    }
    put("\n");
    put_system();
    for (const Report::Annotation& annotation : report_.annotations) {
      put("{}{}{}\n", annotation.key, annotation.key.empty() ? "" : ": ", annotation.value);
    }
  }

  // A text's system and processor may be unknown.
  void put_system() {
    const std::string_view version = trim(report_.os_version);
    if (report_.os.empty() && report_.cpu.empty()) return;
    put("{}{}{}", report_.os, version.empty() ? "" : " ", version);
    if (!report_.cpu.empty()) put("{}{}", report_.os.empty() ? "" : ", ", report_.cpu);
    if (!report_.cpu_info.empty()) put(" ({})", report_.cpu_info);
    put("\n");
  }

  void put_thread(std::size_t index) {
    const ReportThread& thread = report_.threads[index];
    const bool has_crashed = report_.has_crashed && report_.requesting_thread == index;
    put("\nThread {}{}{}, id {}\n",
        index,
        thread.name.empty() ? "" : fmt::format(" \"{}\"", thread.name),
        has_crashed ? " (crashed)" : "",
        thread.id);
    if (thread.frames.empty()) put("  no frames: the dump has no registers of this thread\n");
    for (std::size_t i = 0; i < thread.frames.size(); ++i) {
      put_frame(i, thread.frames[i]);
      if (!explains_ || thread.frames[i].trust == Trust::kInline) continue;
      for (const std::string& line : explain_frame(report_, thread.frames, i)) {
        put("        {}\n", line);
      }
    }
  }

  void put_frame(std::size_t number, const ReportFrame& frame) {
    put("{:4}  ", number);
    const ReportModule* module = nullptr;
    if (frame.module) module = &report_.modules[*frame.module];
    if (frame.unloaded_module) module = &report_.unloaded_modules[*frame.unloaded_module];
    if (module == nullptr) {
      put("0x{:x}", frame.return_address);
    } else if (frame.function.empty()) {
      put("{} + 0x{:x}", base_name(module->code_file), frame.return_address - module->base);
    } else {
      put("{}", frame.function);
      if (!frame.file.empty()) put(" [{}:{}]", frame.file, frame.line);
      put("  in {}", base_name(module->code_file));
    }
    if (frame.unloaded_module) put(" (unloaded)");
    put("  ({})\n", to_string(frame.trust));
    if (!frame.module) return;
    const bool has_names = report_.modules[*frame.module].status == ModuleStatus::kFound;
    ++(has_names ? frames_with_symbols_ : frames_without_symbols_)[*frame.module];
  }

  // Of every module that frames lie in: what was looked for, where, and what came of it.
  void put_explanation() {
    put("\nModules:\n");
    for (const ReportModule& module : report_.modules) {
      if (module.status == ModuleStatus::kUnused) continue;
      bool is_first = true;
      for (const std::string& line : explain_module(module)) {
        put("{}{}\n", is_first ? "  " : "      ", line);
        is_first = false;
      }
    }
  }

  void put_missing() {
    bool is_first = true;
    std::string wanted;  // the first of them, for the advice
    for (const auto& [index, count] : frames_without_symbols_) {
      const ReportModule& module = report_.modules[index];
      if (module.status == ModuleStatus::kUnused) continue;  // nobody was asked for symbols
      if (is_first) put("\nWithout symbols:\n");
      is_first = false;
      const std::string_view name =
          module.debug_file.empty() ? base_name(module.code_file) : base_name(module.debug_file);
      if (wanted.empty()) wanted = name;
      put("  {} {} ({} frame{}){}\n",
          name,
          module.debug_identifier.empty() ? "without an id" : module.debug_identifier,
          count,
          count == 1 ? "" : "s",
          module.status == ModuleStatus::kCorrupt ? ": not usable" : "");
      for (const std::string& line : module.explain) put("      {}\n", line);
    }
    if (!is_first) {
      put("To see their functions: upload their symbols (sigla upload FILE), or name the folder "
          "or\n"
          "server that has {} with --symbols.\n",
          wanted);
    } else if (!frames_without_symbols_.empty()) {
      put("\nNo place to look for symbols was named: add --symbols FOLDER or --symbols URL.\n");
    }
  }

  // Of modules whose symbols were found: what more there could be.
  void put_advice() {
    constexpr std::size_t kLinesMax = 8;
    std::vector<std::string_view> lines;
    for (const auto& [index, count] : frames_with_symbols_) {
      for (const std::string& line : report_.modules[index].advice) lines.push_back(line);
    }
    if (!lines.empty()) put("\nMore could be shown:\n");
    for (std::size_t i = 0; i < std::min(lines.size(), kLinesMax); ++i) put("  {}\n", lines[i]);
    if (lines.size() > kLinesMax) {
      put("  and {} more, which --explain has\n", lines.size() - kLinesMax);
    }
  }

  const Report& report_;
  bool explains_;
  std::map<std::uint32_t, std::size_t> frames_with_symbols_;
  std::map<std::uint32_t, std::size_t> frames_without_symbols_;
  std::string out_;
};

}  // namespace

std::string write_text(const Report& report, bool explains) {
  return Writer(report, explains).write();
}

}  // namespace sigla
