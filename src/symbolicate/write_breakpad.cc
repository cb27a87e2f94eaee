// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/write_breakpad.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/text.h"
#include "symbolicate/explanation.h"

namespace sigla {
namespace {

constexpr std::size_t kWidthMax = 80;

class Writer {
 public:
  explicit Writer(const Report& report) : report_(report) {}

  std::string write() {
    put_system();
    put_crash();
    const auto requesting = report_.requesting_thread;
    if (requesting) {
      put_thread(*requesting,
                 report_.has_crashed ? " (crashed)" : " (requested dump, did not crash)");
    }
    for (std::size_t i = 0; i < report_.threads.size(); ++i) {
      if (requesting != i) put_thread(i, "");
    }
    if (report_.has_modules) put_modules();
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void put_system() {
    put("Operating system: {}\n                  {}\n", report_.os, report_.os_version);
    put("CPU: {}\n", report_.cpu);
    if (!report_.cpu_info.empty()) put("     {}\n", report_.cpu_info);
    put("     {} CPU{}\n\n", report_.cpu_count, report_.cpu_count != 1 ? "s" : "");
    const bool has_gpu = !report_.gpu_version.empty() || !report_.gpu_vendor.empty() ||
                         !report_.gpu_renderer.empty();
    if (has_gpu) {
      put("GPU: {}\n     {}\n     {}\n\n",
          report_.gpu_version,
          report_.gpu_vendor,
          report_.gpu_renderer);
    } else {
      put("GPU: UNKNOWN\n\n");
    }
  }

  void put_crash() {
    if (report_.has_crashed) {
      put("Crash reason:  {}\nCrash address: 0x{:x}\n",
          report_.crash_reason,
          report_.crash_address);
    } else {
      put("No crash\n");
    }
    if (!report_.assertion.empty()) put("Assertion: {}\n", report_.assertion);
    if (report_.time != 0 && report_.process_create_time != 0 &&
        report_.time >= report_.process_create_time) {
      put("Process uptime: {} seconds\n", report_.time - report_.process_create_time);
    } else {
      put("Process uptime: not available\n");
    }
  }

  void put_thread(std::size_t index, std::string_view state) {
    put("\nThread {}{}\n", index, state);
    const std::vector<ReportFrame>& frames = report_.threads[index].frames;
    if (frames.empty()) put(" <no frames>\n");
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const ReportFrame& frame = frames[i];
      if (frame.module) modules_with_frames_.insert(*frame.module);
      put("{:2}  ", i);
      put_place(frame);
      put("\n ");
      put_registers(frame.registers);
      put("\n    Found by: {}\n", how_found(frame.trust));
    }
  }

  void put_place(const ReportFrame& frame) {
    const ReportModule* module = nullptr;
    if (frame.module) module = &report_.modules[*frame.module];
    if (frame.unloaded_module) module = &report_.unloaded_modules[*frame.unloaded_module];
    if (module == nullptr) {
      put("0x{:x}", breakpad_address(report_, frame));
      return;
    }
    put("{}", base_name(module->code_file));
    if (frame.function.empty()) {
      put(" + 0x{:x}", breakpad_address(report_, frame) - module->base);
    } else if (frame.file.empty()) {
      put("!{} + 0x{:x}",
          breakpad_name(report_, frame),
          breakpad_address(report_, frame) - frame.function_base);
    } else {
      put("!{} [{} : {} + 0x{:x}]",
          breakpad_name(report_, frame),
          base_name(frame.file),
          frame.line,
          breakpad_address(report_, frame) - frame.line_base);
    }
  }

  void put_registers(const std::vector<ReportRegister>& registers) {
    const bool is_wide = report_.cpu == "amd64" || report_.cpu == "arm64";
    std::size_t column = 0;
    for (const ReportRegister& reg : registers) {
      const std::string text = is_wide ? fmt::format(" {:>5} = 0x{:016x}", reg.name, reg.value)
                                       : fmt::format(" {:>5} = 0x{:08x}", reg.name, reg.value);
      if (column + text.size() > kWidthMax) {
        put("\n ");
        column = 0;
      }
      out_ += text;
      column += text.size();
    }
  }

  void put_modules() {
    put("\nLoaded modules:\n");
    for (std::uint32_t i = 0; i < report_.modules.size(); ++i) {
      const ReportModule& module = report_.modules[i];
      put("0x{:08x} - 0x{:08x}  {}  {}{}",
          module.base,
          module.base + module.size - 1,
          base_name(module.code_file),
          module.version.empty() ? "???" : module.version,
          report_.main_module == i ? "  (main)" : "");
      if (module.status == ModuleStatus::kMissing && modules_with_frames_.count(i) != 0) {
        put("  (WARNING: No symbols, {}, {})",
            base_name(module.debug_file),
            module.debug_identifier);
      }
      put("\n");
    }
  }

  const Report& report_;
  std::set<std::uint32_t> modules_with_frames_;
  std::string out_;
};

}  // namespace

std::string write_breakpad(const Report& report) { return Writer(report).write(); }

}  // namespace sigla
